"""Samples of providers name their sources, and what they leave open stands in the reference."""

from __future__ import annotations

import pytest

from tests.support.documents import DOCS
from tests.support.recorded import providers, recorded, unconfirmed_document


def test_the_list_of_what_is_unconfirmed_is_the_one_of_the_samples() -> None:
    written = (DOCS / "reference" / "unconfirmed.md").read_text(encoding="utf-8")
    assert written == unconfirmed_document(), "its second paragraph says how it is written anew"


@pytest.mark.parametrize("provider", providers())
def test_every_sample_names_sources_that_are_listed_and_every_source_is_used(provider: str) -> None:
    samples = recorded(provider)
    assert samples.provider == provider
    assert samples.unconfirmed
    used = [each.sources for each in samples.exchanges.values()]
    used += [each.sources for each in samples.webhooks.values()]
    named = {name for sources in used for name in sources}
    assert all(used)
    if samples.exchanges:
        assert named == set(samples.sources)

"""Log lines: written once, by the formatter that redacts them."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest

from auto360.observability.logging import logger


@pytest.fixture
def lines_of_the_process() -> Iterator[io.StringIO]:
    """Give the process a handler of its own, as `logging.basicConfig` of a command does."""
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    logging.getLogger().addHandler(handler)
    yield output
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("name", ["auto360", "auto360.domains.backups"])
def test_no_other_handler_of_the_process_writes_a_line_without_redaction(
    name: str, lines_of_the_process: io.StringIO
) -> None:
    assert logger.name == "auto360"
    logging.getLogger(name).error("call of +996 700 12 34 56 failed")
    assert lines_of_the_process.getvalue() == ""

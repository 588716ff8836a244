"""Clients of the AWS library."""

from __future__ import annotations

from auto360.providers.transport.aws import new_session


def test_clients_of_different_accounts_share_one_description_of_a_service() -> None:
    first, second = (
        new_session(key, "secret", "ru-msk").client("s3", endpoint_url="http://127.0.0.1:1") for key in ("a", "b")
    )
    assert first.meta.service_model.metadata is second.meta.service_model.metadata

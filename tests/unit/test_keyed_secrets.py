"""Secrets by name in one variable: the same rules for every variable of that form."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest

from auto360.core.encrypted_fields import StoredSecretSettings
from auto360.core.keyed_secrets import keyed_secrets, secret
from auto360.domains.accounts.code_secrets import CodeSecrets
from auto360.domains.backups.keys import BackupKeys

TEXT = urlsafe_b64encode(bytes(range(251, 256)) + bytes(27)).decode().rstrip("=")
LONGER = urlsafe_b64encode(bytes(48)).decode()


def test_the_first_secret_is_the_current_one_and_each_is_whole() -> None:
    found = keyed_secrets(f"k2:{LONGER}, k-1:{TEXT}")

    assert list(found) == ["k2", "k-1"]
    assert found["k-1"] == bytes(range(251, 256)) + bytes(27)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT,
        f":{TEXT}",
        f"k1:{TEXT},k1:{TEXT}",
        f"k 1:{TEXT}",
        f"ключ:{TEXT}",
        f"{'k' * 21}:{TEXT}",
        f"k1:{TEXT[:-8]}",
        f"k1:{TEXT[:-1]}*",
        f"k1:{TEXT},",
    ],
)
def test_an_odd_text_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(each entry|not base64url|a secret must)") as refused:
        keyed_secrets(text)

    assert TEXT[:8] not in str(refused.value)


def test_a_key_of_a_cipher_has_exactly_32_bytes() -> None:
    with pytest.raises(ValueError, match="exactly 32 bytes"):
        secret(LONGER, max_bytes=32)


@pytest.mark.parametrize("parse", [CodeSecrets.parse, BackupKeys.parse])
def test_every_variable_of_this_form_is_read_by_the_same_rules(parse: object) -> None:
    assert callable(parse)
    parse(f"k2:{TEXT},k1:{TEXT}")
    with pytest.raises(ValueError, match="names different"):
        parse(f"k1:{TEXT},k1:{TEXT}")


def test_stored_secrets_are_read_by_the_same_rules() -> None:
    with pytest.raises(ValueError, match="names different"):
        StoredSecretSettings(stored_secret_keys=f"k1:{TEXT},k1:{TEXT}", stored_secret_digest_key=TEXT)

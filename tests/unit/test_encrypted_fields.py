"""Stored token is readable in its own row only, and keys can be exchanged."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auto360.core.encrypted_fields import AssociatedData, NotDecryptable, StoredSecrets, StoredSecretSettings
from auto360.core.errors import SettingsInvalid

OLD, NEW, DIGEST = b"o" * 32, b"n" * 32, b"d" * 32
HERE = AssociatedData("payment_profiles", "token_encrypted", "7f3a")
# The check of the column that holds it.
IN_THE_COLUMN = re.compile(r"^v1\.[A-Za-z0-9_-]+\.[A-Za-z0-9+/=_-]+$")


def encoded(key: bytes) -> str:
    """Return a key as it stands in the environment."""
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


@given(st.text(max_size=300))
def test_a_secret_comes_back_as_it_was(secret: str) -> None:
    secrets = StoredSecrets({"k1": OLD}, DIGEST)
    stored = secrets.encrypt(secret, place=HERE)
    assert IN_THE_COLUMN.match(stored)
    assert secrets.decrypt(stored, place=HERE) == secret


def test_equal_secrets_look_different_but_have_one_digest() -> None:
    secrets = StoredSecrets({"k1": OLD}, DIGEST)
    assert secrets.encrypt("60144557", place=HERE) != secrets.encrypt("60144557", place=HERE)
    assert secrets.digest("60144557", purpose="a") == secrets.digest("60144557", purpose="a")
    assert len({secrets.digest(text, purpose=use) for text in ("1", "2") for use in ("a", "b")}) == 4
    assert len(secrets.digest("60144557", purpose="a")) == 32


@pytest.mark.parametrize(
    "elsewhere",
    [
        AssociatedData("payment_profiles", "token_encrypted", "7f3b"),
        AssociatedData("payment_profiles", "other", "7f3a"),
        AssociatedData("other", "token_encrypted", "7f3a"),
    ],
)
def test_a_value_moved_to_another_row_is_not_decrypted(elsewhere: AssociatedData) -> None:
    secrets = StoredSecrets({"k1": OLD}, DIGEST)
    with pytest.raises(NotDecryptable):
        secrets.decrypt(secrets.encrypt("60144557", place=HERE), place=elsewhere)


def test_after_a_rotation_old_values_are_read_and_called_stale() -> None:
    stored = StoredSecrets({"k1": OLD}, DIGEST).encrypt("60144557", place=HERE)
    rotated = StoredSecrets({"k2": NEW, "k1": OLD}, DIGEST)
    assert rotated.decrypt(stored, place=HERE) == "60144557"
    assert rotated.is_stale(stored)
    renewed = rotated.encrypt("60144557", place=HERE)
    assert renewed.startswith("v1.k2.")
    assert not rotated.is_stale(renewed)
    with pytest.raises(NotDecryptable):
        StoredSecrets({"k2": NEW}, DIGEST).decrypt(stored, place=HERE)


def test_a_value_under_a_swapped_key_id_is_not_decrypted() -> None:
    both_the_same = StoredSecrets({"k1": OLD, "k2": OLD}, DIGEST)
    stored = both_the_same.encrypt("60144557", place=HERE)
    with pytest.raises(NotDecryptable):
        both_the_same.decrypt(stored.replace("v1.k1.", "v1.k2."), place=HERE)


@given(st.text(max_size=60))
def test_what_is_no_stored_secret_is_refused(text: str) -> None:
    secrets = StoredSecrets({"k1": OLD}, DIGEST)
    for candidate in (text, f"v1.k1.{text}", "v1.k1.AAAA"):
        with pytest.raises(NotDecryptable):
            secrets.decrypt(candidate, place=HERE)


def test_any_changed_byte_is_noticed() -> None:
    secrets = StoredSecrets({"k1": OLD}, DIGEST)
    stored = secrets.encrypt("60144557", place=HERE)
    head, _, data = stored.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)))
    for index in range(len(raw)):
        broken = bytes([*raw[:index], raw[index] ^ 1, *raw[index + 1 :]])
        with pytest.raises(NotDecryptable):
            secrets.decrypt(f"{head}.{base64.urlsafe_b64encode(broken).decode().rstrip('=')}", place=HERE)


@pytest.mark.parametrize(
    "keys",
    [
        "",
        f"k1:{encoded(b'short')}",
        f"k1:{encoded(OLD)},k1:{encoded(NEW)}",
        f"k.1:{encoded(OLD)}",
        "k1:***",
        encoded(OLD),
    ],
)
def test_weak_or_unclear_keys_stop_the_start_without_being_shown(keys: str) -> None:
    environ = {"STORED_SECRET_KEYS": keys, "STORED_SECRET_DIGEST_KEY": encoded(DIGEST)}
    with pytest.raises(SettingsInvalid) as refusal:
        StoredSecretSettings.load(environ)
    assert "STORED_SECRET_KEYS" in str(refusal.value)
    assert not keys or keys not in str(refusal.value)


def test_keys_are_read_from_the_environment_newest_first() -> None:
    environ = {
        "STORED_SECRET_KEYS": f"k2:{encoded(NEW)},k1:{encoded(OLD)}",
        "STORED_SECRET_DIGEST_KEY": encoded(DIGEST),
    }
    settings = StoredSecretSettings.load(environ)
    assert encoded(NEW) not in repr(settings)
    assert settings.secrets().encrypt("x", place=HERE).startswith("v1.k2.")

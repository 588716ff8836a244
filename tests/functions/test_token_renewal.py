"""Stored tokens after the keys were exchanged."""

import base64
from collections.abc import Sequence
from uuid import uuid4

import pytest

from auto360.container import billing
from auto360.core.encrypted_fields import AssociatedData, NotDecryptable, StoredSecrets
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.people import new_phone
from tests.support.rows import rows

OLD, NEW, DIGEST = b"o" * 32, b"n" * 32, b"d" * 32


def encoded(key: bytes) -> str:
    """Return a key as it stands in the environment."""
    return base64.urlsafe_b64encode(key).decode().rstrip("=")


def place(row_id: str) -> AssociatedData:
    """Return the place of a profile's token."""
    return AssociatedData("payment_profiles", "token_encrypted", row_id)


@pytest.fixture
def user(database: Database) -> str:
    """Create a user, in a database without tokens."""
    rows(database, "delete from payment_profiles returning id")
    return str(rows(database, "insert into accounts (phone) values (%s) returning id", new_phone())[0][0])


def store(database: Database, user: str, token: str, key_id: str, key: bytes) -> str:
    """Store a token under a key; returns the row's id."""
    [row_id] = store_all(database, user, [token], key_id, key)
    return row_id


def store_all(database: Database, user: str, tokens: Sequence[str], key_id: str, key: bytes) -> dict[str, str]:
    """Store tokens under a key; returns them by the row's id."""
    ids, secrets = {str(uuid4()): token for token in tokens}, StoredSecrets({key_id: key}, DIGEST)
    query = """insert into payment_profiles (id, user_id, provider, token_encrypted, token_digest)
               values (%s, %s, 'freedompay', %s, %s)"""
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            query,
            [
                (row_id, user, secrets.encrypt(token, place=place(row_id)), secrets.digest(token, purpose="t"))
                for row_id, token in ids.items()
            ],
        )
    return ids


def stored(database: Database, row_id: str) -> str:
    """Return the stored token of a row."""
    return str(rows(database, "select token_encrypted from payment_profiles where id = %s", row_id)[0][0])


def test_tokens_come_under_the_current_key_and_stay_the_same(
    functions: Functions, database: Database, user: str
) -> None:
    ids = store_all(database, user, [f"token-{number}" for number in range(450)], "k1", OLD)
    current = store(database, user, "current", "k2", NEW)
    before = stored(database, current)
    functions.set(STORED_SECRET_KEYS=f"k2:{encoded(NEW)},k1:{encoded(OLD)}", STORED_SECRET_DIGEST_KEY=encoded(DIGEST))
    assert billing.token_renewal().run() == {"tokens_renewed": 450, "tokens_unreadable": 0}
    only_new = StoredSecrets({"k2": NEW}, DIGEST)
    renewed = dict(rows(database, "select id::text, token_encrypted from payment_profiles where id <> %s", current))
    assert {row_id: only_new.decrypt(token, place=place(row_id)) for row_id, token in renewed.items()} == ids
    assert stored(database, current) == before
    assert billing.token_renewal().run() == {"tokens_renewed": 0, "tokens_unreadable": 0}


def test_a_token_whose_key_is_gone_stays_and_is_counted(functions: Functions, database: Database, user: str) -> None:
    row_id = store(database, user, "token", "k1", OLD)
    before = stored(database, row_id)
    functions.set(STORED_SECRET_KEYS=f"k2:{encoded(NEW)}", STORED_SECRET_DIGEST_KEY=encoded(DIGEST))
    assert billing.token_renewal().run() == {"tokens_renewed": 0, "tokens_unreadable": 1}
    assert stored(database, row_id) == before
    with pytest.raises(NotDecryptable):
        StoredSecrets({"k2": NEW}, DIGEST).decrypt(before, place=place(row_id))


def test_a_token_that_was_replaced_meanwhile_is_not_overwritten(
    functions: Functions, database: Database, user: str
) -> None:
    row_id = store(database, user, "token", "k1", OLD)
    functions.set(STORED_SECRET_KEYS=f"k2:{encoded(NEW)}", STORED_SECRET_DIGEST_KEY=encoded(DIGEST))
    database_port = billing.token_renewal().database
    arguments = {"p_id": row_id, "p_old": "v1.k1.somethingelse", "p_new": "v1.k2.mine"}
    assert database_port.call("payment_profile_reencrypt", arguments) is False
    assert stored(database, row_id).startswith("v1.k1.")

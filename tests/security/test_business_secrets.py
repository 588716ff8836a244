"""Attack: reading a business's tax number and e-mail past the API, and taking another's tax number."""

from __future__ import annotations

import pytest

from tests.support.database import Database
from tests.support.rest import Rest
from tests.support.rows import rows


@pytest.fixture
def business(rest: Rest, database: Database) -> str:
    """Return a business with a tax number and an e-mail."""
    [(identity,)] = rows(
        database,
        "insert into business_accounts (user_id, name) values (%s, 'Салон') returning id::text",
        rest.user().id,
    )
    rows(
        database,
        """update business_registrations set tax_id = '12345678901234', email = 'boss@example.kg'
           where business_id = %s returning true""",
        identity,
    )
    return str(identity)


def test_nobody_reads_tax_number_e_mail_or_state_of_the_check(business: str, rest: Rest) -> None:
    for reader in (rest.anybody, rest.user()):
        [seen] = reader.rows(f"/business_accounts?id=eq.{business}&select=*")
        assert not {"tax_id", "email", "verification_status"} & set(seen), "the app selects every column"
        for column in ("tax_id", "email", "verification_status"):
            assert reader.send("GET", f"/business_accounts?id=eq.{business}&select={column}").status_code == 400
            assert reader.send("GET", f"/business_accounts?{column}=eq.12345678901234").status_code == 400
        for path in (
            "/business_registrations",
            f"/business_registrations?business_id=eq.{business}",
            f"/business_accounts?id=eq.{business}&select=id,business_registrations(*)",
            f"/business_accounts?id=eq.{business}&select=id,business_registrations!inner(email)",
        ):
            assert reader.send("GET", path).status_code in (401, 403)

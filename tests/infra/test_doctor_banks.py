"""Doctor and O!Деньги, whose refusal of an unknown invoice has no published number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auto360.container import payments
from auto360.providers.payments import Bank
from infra.doctor import REGISTRY, Finding, examine
from infra.doctor import banks as checks
from local.simulators.odengi import Odengi
from tests.support.banks import BankWorld


@pytest.fixture
def bank(bank_world: BankWorld, monkeypatch: pytest.MonkeyPatch) -> Bank:
    made = bank_world.bank("odengi")
    monkeypatch.setattr(payments, "bank", lambda _name: made)
    return made


def finding(url: str) -> Finding:
    variables = {"ODENGI_PASSWORD": "set", "ODENGI_API_URL": url}
    return next(iter(examine(variables, [each for each in REGISTRY if each.run is checks.odengi])))


@pytest.mark.usefixtures("bank")
def test_the_number_is_certain_for_the_simulator(bank_world: BankWorld) -> None:
    found = finding(f"{bank_world.url}/odengi/api/json/json.php")
    assert (found.outcome, found.told.startswith("credentials accepted")) == ("ok", True)


@pytest.mark.usefixtures("bank")
def test_the_number_of_the_bank_itself_has_to_be_looked_at() -> None:
    assert finding("https://api.dengi.o.kg/api/json/json.php").outcome == "warning"


@pytest.mark.usefixtures("bank")
def test_a_wrong_password_is_a_failure_at_the_simulator_too(bank_world: BankWorld) -> None:
    side = bank_world.simulators["odengi"]
    assert isinstance(side, Odengi)
    side.account = replace(side.account, password="another")
    assert finding(f"{bank_world.url}/odengi/api/json/json.php").outcome == "failure"

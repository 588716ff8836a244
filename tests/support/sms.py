"""Simulated SMS world in this process: a phone, nikita and SMSC, with switches to break them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest

from auto360.providers.sms import SmsProvider
from auto360.providers.sms.nikita import NikitaSettings, NikitaSms
from auto360.providers.sms.smsc import SmscSettings, SmscSms
from auto360.providers.transport.connections import new_client
from local.simulators.nikita import Nikita, NikitaAccount
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.smsc import Smsc, SmscAccount
from tests.support.lines import lines_of
from tests.support.logs import delivered_codes_file

SENDER = "360AUTO"


@dataclass
class SmsWorld:
    """Simulators and where they answer."""

    phone: Phone
    nikita: Nikita
    smsc: Smsc
    url: str
    http: httpx.Client = field(default_factory=lambda: new_client(timeout=5.0))

    @property
    def environ(self) -> dict[str, str]:
        """Return the accounts as functions find them in their environment."""
        return {
            "NIKITA_SMS_API_URL": f"{self.url}/nikita",
            "NIKITA_SMS_LOGIN": self.nikita.account.login,
            "NIKITA_SMS_PASSWORD": self.nikita.account.password,
            "NIKITA_SMS_SENDER": SENDER,
            "SMSC_API_URL": f"{self.url}/smsc",
            "SMSC_LOGIN": self.smsc.account.login,
            "SMSC_PASSWORD": self.smsc.account.password,
            "SMSC_SENDER": SENDER,
        }

    def provider(self, name: str, *, test_mode: bool = False) -> SmsProvider:
        """Return our client of a provider."""
        if name == "nikita":
            return NikitaSms(NikitaSettings.load(self.environ), lines_of(self.http), test_mode=test_mode)
        return SmscSms(SmscSettings.load(self.environ), lines_of(self.http), test_mode=test_mode)

    def let_time_pass(self, seconds: float) -> None:
        """Age every accepted message, so that providers report now."""
        self.nikita.let_time_pass(seconds)
        self.smsc.let_time_pass(seconds)

    def turn(self, provider: str, mode: str, **settings: float) -> None:
        """Break or mend a provider."""
        side = self.nikita if provider == "nikita" else self.smsc
        side.switch.turn({"mode": mode, **settings})

    def texts(self, phone: str) -> list[str]:
        """Return a phone's messages, newest first."""
        return [sms["text"] for sms in self.phone.inbox(phone)]

    def senders(self, phone: str) -> list[str]:
        """Return the delivering providers, newest first."""
        return [sms["provider"] for sms in self.phone.inbox(phone)]

    def code(self, phone: str) -> str:
        """Return the code in the newest message."""
        return code_in(self.texts(phone)[0])


def code_in(text: str) -> str:
    """Return the login code of an SMS."""
    found = re.search(r"(?<!\d)\d{4,8}(?!\d)", text)
    assert found, "the SMS holds no code"
    return found[0]


@pytest.fixture
def sms_world() -> Iterator[SmsWorld]:
    """Fresh simulators, in order."""
    phone = Phone(delivered_codes_file())
    nikita = Nikita(NikitaAccount(f"nikita-{uuid4().hex[:6]}", uuid4().hex, (SENDER,)), phone)
    smsc = Smsc(SmscAccount(f"smsc-{uuid4().hex[:6]}", uuid4().hex, (SENDER,)), phone)
    with served(Simulators(phone, {"nikita": nikita, "smsc": smsc})) as url:
        world = SmsWorld(phone, nikita, smsc, url)
        yield world
        world.http.close()

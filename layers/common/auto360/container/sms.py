"""Wiring of SMS: providers in order, delivery receipts, staff messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

from pydantic import field_validator, model_validator

from auto360.container.data import database, short_lines
from auto360.core.settings import EnvSettings
from auto360.providers.sms import SmsProvider
from auto360.providers.sms.delivery import Delivery, deliver

if TYPE_CHECKING:
    from auto360.domains.sms.reports import PushedReports, SmsPoller
    from auto360.domains.sms.sending import StaffSms
    from auto360.domains.sms.status import SmsStatus
    from auto360.providers.sms import SmsPushReader


class SmsSettings(EnvSettings):
    """`SMS_PROVIDERS`: names in the order of use. `SMS_TEST_MODE`: providers check messages and send none."""

    app_env: Literal["local", "test", "staging", "production"] = "production"
    sms_providers: str = "nikita,smsc"
    sms_test_mode: bool = False

    @field_validator("sms_providers")
    @classmethod
    def _known(cls, value: str) -> str:
        if not set(value.split(",")) <= {"nikita", "smsc"}:
            raise ValueError("must be a comma-separated list of: nikita, smsc")
        return value

    @model_validator(mode="after")
    def _no_test_mode_in_production(self) -> SmsSettings:
        if self.app_env == "production" and self.sms_test_mode:
            raise ValueError("SMS_TEST_MODE must not be set where APP_ENV is production")
        return self


@cache
def providers() -> Sequence[SmsProvider]:
    """Return the configured providers."""
    settings = SmsSettings.load()
    return tuple(_provider(name, test_mode=settings.sms_test_mode) for name in settings.sms_providers.split(","))


def _provider(name: str, *, test_mode: bool) -> SmsProvider:
    if name == "smsc":
        from auto360.providers.sms.smsc import SmscSettings, SmscSms

        return SmscSms(SmscSettings.load(), short_lines(), test_mode=test_mode)
    from auto360.providers.sms.nikita import NikitaSettings, NikitaSms

    return NikitaSms(NikitaSettings.load(), short_lines(), test_mode=test_mode)


def deliver_sms(phone: str, text: str, *, sms_id: str, passed_over: Collection[str]) -> Delivery:
    """Send an SMS through the configured providers."""
    return deliver(phone, text, sms_id=sms_id, providers=providers(), passed_over=passed_over)


@cache
def pushed_reports() -> PushedReports:
    """Build the receiver of delivery webhooks."""
    from auto360.domains.sms.reports import PushedReports, SmsReportSettings

    return PushedReports(database(), SmsReportSettings.load(), _push_readers(), _by_name())


def _push_readers() -> Mapping[str, SmsPushReader]:
    from auto360.providers.sms.nikita_push import NikitaPushReader
    from auto360.providers.sms.smsc_push import SmscPushReader, SmscPushSettings

    return {"nikita": NikitaPushReader(), "smsc": SmscPushReader(SmscPushSettings.load())}


@cache
def sms_poller() -> SmsPoller:
    """Build the timer that queries receipts and balances."""
    from auto360.domains.sms.reports import SmsPoller

    return SmsPoller(database(), _by_name())


def _by_name() -> Mapping[str, SmsProvider]:
    return {provider.name: provider for provider in providers()}


@cache
def staff_sms() -> StaffSms:
    from auto360.domains.sms.sending import StaffSms, StaffSmsPolicy

    return StaffSms(database(), StaffSmsPolicy.load(), deliver_sms)


@cache
def sms_status() -> SmsStatus:
    from auto360.domains.sms.status import SmsStatus

    return SmsStatus(database())

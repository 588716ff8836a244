"""Delivery receipts: pushed by providers, or queried where none arrived.

An unsigned push is a hint: the provider is queried before anything changes. Receipts change only accepted messages
without a final state.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pydantic import Field, SecretStr

from auto360.core.errors import NotFound
from auto360.core.settings import EnvSettings
from auto360.providers.database import Database
from auto360.providers.database.functions.sms_reports import (
    sms_balances_record,
    sms_reports_due,
    sms_reports_hinted,
    sms_reports_record,
)
from auto360.providers.sms import PushedReport, SmsFailure, SmsProvider, SmsPushReader, SmsPushRefused, SmsReport

_QUESTION_SECONDS = 4.0
_MAX_QUESTIONS_PER_PUSH = 3


class SmsReportSettings(EnvSettings):
    """`SMS_REPORT_SECRET`: secret last part of the webhook's address."""

    sms_report_secret: SecretStr = Field(min_length=24)


@dataclass(frozen=True)
class PushedReports:
    """Receives pushed delivery receipts."""

    database: Database
    settings: SmsReportSettings
    readers: Mapping[str, SmsPushReader]
    providers: Mapping[str, SmsProvider]

    def __call__(self, provider: str, *, shown_secret: str, body: bytes) -> int:
        """Receive a push; returns the number of changed messages.

        Raises NotFound for a wrong secret, an unknown provider, and a malformed body.
        """
        secret = self.settings.sms_report_secret.get_secret_value()
        known = hmac.compare_digest(shown_secret.encode("utf-8", "replace"), secret.encode())
        reader = self.readers.get(provider)
        if not known or reader is None:
            raise NotFound
        try:
            reports = reader.read(body)
        except SmsPushRefused as refusal:
            raise NotFound from refusal
        if reader.is_proof:
            return _record(self.database, provider, reports)
        return self._query_about(provider, reports)

    def _query_about(self, provider: str, reports: Sequence[PushedReport]) -> int:
        hints = [{"message_id": report.message_id, "phone": report.phone} for report in reports]
        claimed = sms_reports_hinted(self.database, supplier=provider, reports=hints, limit=_MAX_QUESTIONS_PER_PUSH)
        return _query_and_record(self.database, self.providers[provider], claimed)


@dataclass(frozen=True)
class SmsPoller:
    """Queries missing delivery receipts and records balances."""

    database: Database
    providers: Mapping[str, SmsProvider]
    batch: int = 40

    def __call__(self) -> dict[str, int]:
        """Run one round: {asked, changed, balances}."""
        due = sms_reports_due(self.database, limit=self.batch, suppliers=list(self.providers))
        messages = sorted(due["messages"], key=_provider_of)
        changed = 0
        for name, claimed in groupby(messages, key=_provider_of):
            changed += _query_and_record(self.database, self.providers[name], list(claimed))
        return {"asked": len(messages), "changed": changed, "balances": self._measure(due["balances"])}

    def _measure(self, names: Sequence[str]) -> int:
        rows = []
        for name in names:
            try:
                account = self.providers[name].account(timeout=_QUESTION_SECONDS)
            except SmsFailure:
                continue
            row = {"supplier": name, "balance_tyiyn": account.balance_tyiyn, "price_tyiyn": account.price_tyiyn}
            rows.append(row)
        if rows:
            sms_balances_record(self.database, balances=rows)
        return len(rows)


def _provider_of(message: Mapping[str, Any]) -> str:
    return str(message["supplier"])


def _query_and_record(database: Database, provider: SmsProvider, claimed: Sequence[Mapping[str, Any]]) -> int:
    """Query until the provider fails; the rest stays due."""
    answers = []
    for message in claimed:
        try:
            report = provider.report(message["phone"], message_id=message["message_id"], timeout=_QUESTION_SECONDS)
        except SmsFailure:
            break
        answers.append(
            PushedReport(message["message_id"], message["phone"], report or SmsReport("pending", "not_found"))
        )
    return _record(database, provider.name, answers)


def _record(database: Database, provider: str, reports: Sequence[PushedReport]) -> int:
    if not reports:
        return 0
    rows = [
        {
            "message_id": pushed.message_id,
            "phone": pushed.phone,
            "state": pushed.report.state,
            "code": pushed.report.provider_code,
        }
        for pushed in reports
    ]
    return int(sms_reports_record(database, supplier=provider, reports=rows))

"""World around the monitor in this process: providers of SMS, a mailbox, a webhook, Yandex Monitoring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from local.operations import ALERT_EMAIL, ALERT_PHONE, FOLDER, GATEWAY, MAIL_SENDER
from local.simulators.mailbox import MailAccount, Mailbox
from local.simulators.nikita import Nikita, NikitaAccount
from local.simulators.phone import Phone
from local.simulators.serving import Simulated, Simulators, served
from local.simulators.smsc import Smsc, SmscAccount
from local.simulators.supabase_host import SupabaseHost
from local.simulators.webhook_receiver import WebhookReceiver
from local.simulators.yandex_monitoring import Traffic, YandexMonitoring
from tests.support.database import Database
from tests.support.functions import Functions
from tests.support.logs import delivered_codes_file
from tests.support.sms import SENDER, SmsWorld

_AGING = (
    """update alerts set
       beyond_since = beyond_since - %(age)s::interval, within_since = within_since - %(age)s::interval,
       next_message_at = next_message_at - %(age)s::interval, silenced_until = silenced_until - %(age)s::interval""",
    "update alert_events set next_try_at = next_try_at - %(age)s::interval where state in ('due', 'failed')",
)
_TRACES = (
    "alerts", "supplier_balances", "backup_runs", "video_migrations", "sms_limit_hits", "sms_messages",
    "verification_codes", "sms_circuits", "sms_spending", "job_leases",
    "pushes", "push_circuits", "emails",
)  # fmt: skip


@dataclass
class Operations:
    """Monitor and those whom it reaches."""

    functions: Functions
    database: Database
    sms: SmsWorld
    mail: Mailbox
    webhook: WebhookReceiver
    monitoring: YandexMonitoring
    host: SupabaseHost
    heard: dict[str, int] = field(default_factory=dict)

    def run(self, name: str = "monitor") -> dict[str, Any]:
        """Return a tick of a timer."""
        report: dict[str, Any] = self.functions.handler(name)({}, None)
        return report

    def execute(self, statement: str, *values: object) -> None:
        """Change the database with its owner's rights."""
        with self.database.connect() as connection:
            connection.execute(statement.encode(), values)

    def only(self, rule: str) -> None:
        """Switch off every other rule."""
        self.execute("update alert_rules set is_active = code = %s", rule)

    def let_time_pass(self, seconds: float) -> None:
        """Alerts and their messages become older."""
        with self.database.connect() as connection:
            for statement in _AGING:
                connection.execute(statement.encode(), {"age": f"{seconds} seconds"})

    def traffic(self, *, codes: dict[str, int], bins: dict[str, int] | None = None) -> None:
        """Set the gateway's recent answers."""
        self.monitoring.by_hand = Traffic(codes, bins or {"100": sum(codes.values())})

    def news(self) -> dict[str, list[str]]:
        """Return arrivals since the last look, by channel, oldest first."""
        arrived: dict[str, list[Any]] = {
            "sms": [sms["text"] for sms in self.sms.phone.inbox(ALERT_PHONE)],
            "email": [mail["subject"] for mail in self.mail.inbox() if mail["to"] == ALERT_EMAIL],
            "webhook": [call["event"] for call in self.webhook.inbox()],
        }
        news = {
            name: list(reversed(all_of[: len(all_of) - self.heard.get(name, 0)])) for name, all_of in arrived.items()
        }
        self.heard = {name: len(all_of) for name, all_of in arrived.items()}
        return news


RULE = "error_rate_critical"
BAD, GOOD = {"200": 90, "500": 10}, {"200": 100}


def fire(world: Operations) -> None:
    """Open an alert, by SMS and by mail."""
    world.only(RULE)
    world.traffic(codes=BAD)
    world.run()
    world.let_time_pass(300)
    world.run()
    assert {channel: len(messages) for channel, messages in world.news().items()} == {
        "sms": 1,
        "email": 1,
        "webhook": 0,
    }


@pytest.fixture
def operations(functions: Functions, database: Database) -> Iterator[Operations]:
    """Yield everything in order, no alert, no trace of other tests in what is measured."""
    phone = Phone(delivered_codes_file())
    nikita = Nikita(NikitaAccount(f"nikita-{uuid4().hex[:6]}", uuid4().hex, (SENDER,)), phone)
    smsc = Smsc(SmscAccount(f"smsc-{uuid4().hex[:6]}", uuid4().hex, (SENDER,)), phone)
    environ = functions.environ
    mail = Mailbox(MailAccount(environ["MAIL_ACCESS_KEY"], environ["MAIL_SECRET_KEY"], MAIL_SENDER))
    webhook = WebhookReceiver(environ["ALERT_WEBHOOK_SECRET"])

    async def quiet(_seconds: int) -> Traffic:
        return Traffic()

    monitoring = YandexMonitoring(FOLDER, GATEWAY, environ["YANDEX_MONITORING_API_KEY"], quiet)
    host = SupabaseHost(environ["JWT_SECRET"])
    providers: dict[str, Simulated] = {
        "nikita": nikita, "smsc": smsc, "mailbox": mail, "webhook": webhook, "yandex_monitoring": monitoring,
        "supabase_host": host,
    }  # fmt: skip
    with served(Simulators(phone, providers)) as url:
        sms = SmsWorld(phone, nikita, smsc, url)
        functions.set(
            **sms.environ,
            MAIL_API_URL=f"{url}/mailbox",
            ALERT_WEBHOOK_URL=f"{url}/webhook/alerts",
            YANDEX_MONITORING_URL=f"{url}/yandex_monitoring",
            SUPABASE_METRICS_URL=f"{url}/supabase_host/customer/v1/privileged/metrics",
        )
        world = Operations(functions, database, sms, mail, webhook, monitoring, host)
        with database.connect() as connection:
            connection.execute("; ".join(f"delete from {table}" for table in _TRACES).encode())  # the names stand above
            rules = connection.execute("select threshold, is_active, channels, id from alert_rules").fetchall()
        yield world
        with database.connect() as connection:
            query = "update alert_rules set threshold = %s, is_active = %s, channels = %s where id = %s"
            connection.cursor().executemany(query, rules)
            connection.execute("delete from alerts")
        sms.http.close()

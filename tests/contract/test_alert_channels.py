"""Contract of mail and webhook, on a simulator of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from auto360.core.clock import utc_now
from auto360.domains.monitoring.mail_channel import MailChannel
from auto360.providers.alert_channels import AlertChannel, AlertMessage, ChannelFailure
from auto360.providers.alert_channels.webhook import SignedWebhook, WebhookSettings
from auto360.providers.email.ses import MailSettings, SesMail, ses_client
from auto360.providers.transport.connections import new_client
from local.simulators.mailbox import MailAccount, Mailbox
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.webhook_receiver import WebhookReceiver

SECRET = "s" * 32
MESSAGE = AlertMessage("e-1", "team@360auto.invalid", "short", "Тема", "Текст\n", {"event": "opened", "rule": "x"})


class World:
    """Both simulators and our clients of them."""

    def __init__(self, url: str, http: httpx.Client, mail: Mailbox, webhook: WebhookReceiver) -> None:
        self.url, self.http = url, http
        self.simulators: dict[str, Mailbox | WebhookReceiver] = {"mail": mail, "webhook": webhook}
        self.mail, self.webhook = mail, webhook

    def channel(self, name: str, secret: str = SECRET) -> AlertChannel:
        if name == "webhook":
            settings = WebhookSettings.load({"ALERT_WEBHOOK_SECRET": secret})
            return SignedWebhook(settings, f"{self.url}/webhook/alerts", self.http, now=utc_now)
        mail = MailSettings.load(
            {
                "MAIL_API_URL": f"{self.url}/mail",
                "MAIL_ACCESS_KEY": "key",
                "MAIL_SECRET_KEY": secret,
                "MAIL_SENDER": "alerts@360auto.invalid",
            }
        )
        return MailChannel(SesMail(mail, ses_client(mail)))


@pytest.fixture
def world() -> Iterator[World]:
    """Yield everything in order."""
    mail = Mailbox(MailAccount("key", SECRET, "alerts@360auto.invalid"))
    webhook = WebhookReceiver(SECRET)
    with (
        served(Simulators(Phone(), {"mail": mail, "webhook": webhook})) as url,
        new_client(timeout=5.0) as http,
    ):
        yield World(url, http, mail, webhook)


def test_a_mail_arrives_as_it_was_written(world: World) -> None:
    world.channel("mail").send(MESSAGE)
    [mail] = world.mail.inbox()
    assert (mail["to"], mail["subject"], mail["text"]) == ("team@360auto.invalid", "Тема", "Текст\n")


def test_a_webhook_gets_the_fields_and_knows_a_repetition_by_its_id(world: World) -> None:
    for _ in range(2):
        world.channel("webhook").send(MESSAGE)
    world.channel("webhook").send(replace(MESSAGE, id="e-2"))
    assert [call["id"] for call in world.webhook.inbox()] == ["e-2", "e-1"]
    assert world.webhook.inbox()[0]["rule"] == "x"


@pytest.mark.parametrize("name", ["mail", "webhook"])
@pytest.mark.parametrize("mode", ["dead", "http_500"])
def test_a_channel_that_is_down_is_a_failure(world: World, name: str, mode: str) -> None:
    world.simulators[name].turn({"mode": mode})
    with pytest.raises(ChannelFailure):
        world.channel(name).send(MESSAGE)
    assert world.simulators[name].inbox() == []


@pytest.mark.parametrize("name", ["mail", "webhook"])
def test_with_a_wrong_secret_nothing_is_taken(world: World, name: str) -> None:
    with pytest.raises(ChannelFailure):
        world.channel(name, secret="w" * 32).send(MESSAGE)
    assert world.simulators[name].inbox() == []


def test_what_the_mail_service_says_is_a_code_for_operators(world: World) -> None:
    world.mail.turn({"mode": "not_verified"})
    with pytest.raises(ChannelFailure, match="MailFromDomainNotVerifiedException"):
        world.channel("mail").send(MESSAGE)

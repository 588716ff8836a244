"""CDN purges of changed videos: ten paths a minute over all instances, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.function_environment import CDN_RESOURCE, video_providers
from local.secrets import Keyring
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_cdn_api import YandexCdn as CdnSide
from local.simulators.yandex_iam import Iam, ServiceAccount
from local.simulators.yandex_video import YandexVideo
from tests.support.concurrency import at_once
from tests.support.database import Database
from tests.support.functions import Functions, load_handler
from tests.support.migration import LedgerOf, new_moving
from tests.support.rows import rows
from tests.support.sql_calls import calling
from tests.support.videos import KEYS
from tools.cdn.__main__ import main


@dataclass
class Edge:
    """Simulated CDN, and the function before it."""

    side: CdnSide
    database: Database
    functions: Functions

    def call(self) -> dict[str, Any]:
        """Run the timer; return its counters."""
        return load_handler("cdn_purger")({}, None)

    def request(self, *paths: str) -> None:
        """Ask for paths to be purged."""
        rows(self.database, "select cdn_purge_request(%s)", list(paths))

    def minute(self) -> None:
        """Let a minute pass."""
        rows(
            self.database,
            """update job_leases set last_started_at = last_started_at - interval '1 minute'
               where job = 'cdn_purger' returning id""",
        )
        self.side._purged_at = float("-inf")

    def waiting(self) -> int:
        """Return how many paths wait."""
        return int(rows(self.database, "select count(*) from cdn_purges where done_at is null")[0][0])


@pytest.fixture
def edge(database: Database, functions: Functions) -> Iterator[Edge]:
    """Yield an empty queue, and a CDN that takes tokens of the service account."""
    keyring = Keyring.generate(KEYS)
    KEYS.setdefault("yandex_private_key_pem", keyring.yandex_private_key_pem)
    iam = Iam(ServiceAccount.of_key(video_providers(keyring, "")["YANDEX_SERVICE_ACCOUNT_KEY"]))
    side = CdnSide.with_iam(CDN_RESOURCE, iam)
    with database.connect() as connection:
        connection.execute("delete from cdn_purges")
        connection.execute("delete from job_leases where job = 'cdn_purger'")
    with served(Simulators(Phone(), {"yandex_cdn": side, "yandex": YandexVideo("channel", iam)})) as url:
        functions.set(**video_providers(keyring, url))
        yield Edge(side, database, functions)


def test_paths_go_ten_a_minute_the_oldest_first(edge: Edge) -> None:
    edge.request(*[f"/a/{n:02}" for n in range(10)])
    edge.request(*[f"/b/{n:02}" for n in range(5)])
    assert edge.call()["purged"] == 10
    assert edge.call()["purged"] == 0
    edge.minute()
    assert edge.call()["purged"] == 5
    assert [sorted(paths)[0] for paths in edge.side.purged] == ["/a/00", "/b/00"]
    assert edge.waiting() == 0


def test_a_path_that_waits_already_is_not_added_again(edge: Edge) -> None:
    edge.request("/a/*", "/a/*")
    edge.request("/a/*")
    assert edge.waiting() == 1


def test_what_the_cdn_does_not_take_is_sent_again(edge: Edge) -> None:
    edge.request("/a")
    edge.side.turn({"mode": "http_500"})
    assert edge.call()["failed"]
    edge.side.turn({"mode": "ok"})
    edge.minute()
    assert edge.call()["purged"] == 1


def test_a_killed_run_loses_no_path(edge: Edge) -> None:
    edge.request("/a")
    rows(edge.database, "select cdn_purge_take()")
    edge.minute()
    assert edge.call()["purged"] == 0
    rows(edge.database, "update cdn_purges set taken_at = taken_at - interval '11 minutes' returning id")
    assert edge.call()["purged"] == 1


def test_parallel_timers_send_one_request_a_minute(edge: Edge, database: Database) -> None:
    edge.request(*[f"/{n}" for n in range(40)])
    batches = at_once(database, [calling("cdn_purge_take")] * 20)
    assert sorted(len(batch) for batch in batches) == [0] * 19 + [10]


def test_a_video_that_moves_is_purged(edge: Edge, database: Database, ledger: LedgerOf) -> None:
    moving = new_moving(database)
    ledger.plan()
    ledger.switched(moving)
    edge.call()
    assert f"/video/{moving.video}/*" in edge.side.purged[-1]


def test_without_a_cdn_the_queue_does_not_grow(edge: Edge) -> None:
    edge.request("/a")
    edge.functions.set(YANDEX_CDN_RESOURCE_ID="")
    assert edge.call() == {"purged": 0}
    assert (edge.waiting(), edge.side.purged) == (0, [])


def test_settings_are_shown_then_applied_then_left_alone(edge: Edge, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan"]) == 0
    assert "edge_seconds: default → 31536000" in capsys.readouterr().out
    assert edge.side.rules == {}
    assert main(["apply"]) == 0
    assert {rule["name"] for rule in edge.side.rules.values()} == {"pictures", "segments", "films", "manifests"}
    capsys.readouterr()
    assert main(["apply"]) == 0
    assert "Nothing to change." in capsys.readouterr().out


def test_paths_are_queued_by_command(edge: Edge, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["purge", "/video/1/*", "/a.jpg"]) == 0
    assert edge.waiting() == 2
    assert main(["purge", "/a*b"]) == 1
    assert "Give paths that begin with /" in capsys.readouterr().err
    assert edge.waiting() == 2


def test_a_cdn_that_refuses_is_a_sentence(edge: Edge, capsys: pytest.CaptureFixture[str]) -> None:
    edge.side.knows = lambda _: False
    assert main(["plan"]) == 1
    assert capsys.readouterr().err == "The CDN refused or did not answer: http_401\n"

"""Wiring of the video transfer from api.video to Yandex: both providers and the pace of calls."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from auto360.container.data import database
from auto360.container.rate_limit import request_counter
from auto360.container.video_providers import addresses, iam_tokens
from auto360.core.clock import utc_now
from auto360.domains.videos.transfer.entries import Replica, TransferEntry
from auto360.domains.videos.transfer.ledger import Ledger
from auto360.domains.videos.transfer.policy import MigrationPolicy
from auto360.domains.videos.transfer.ports import OnBytes
from auto360.domains.videos.transfer.run import MigrationRun, Notify

if TYPE_CHECKING:
    import httpx

    from auto360.domains.videos.transfer.ports import TransferFiles
    from auto360.providers.transport.exchange import RetryPolicy
    from auto360.providers.transport.lines import Lines
    from auto360.providers.video.api_video import ApiVideo
    from auto360.providers.video.throttle import Pace
    from auto360.providers.video.tus import TusPolicy
    from auto360.providers.video.yandex import YandexVideo


@cache
def policy() -> MigrationPolicy:
    return MigrationPolicy.load()


def ledger() -> Ledger:
    """Build the ledger of one run."""
    return Ledger(database(), f"run {uuid4()}", policy())


def migration_run(notify: Notify | None = None, *, on_bytes: OnBytes | None = None) -> MigrationRun:
    """Build a run; `notify` is called for every step, `on_bytes` for every chunk."""
    from auto360.domains.videos.transfer.copying import Copying
    from auto360.domains.videos.transfer.cutover import Releasing, Switching
    from auto360.domains.videos.transfer.verification import Settling

    held, source, target, moving = ledger(), api_video(), yandex(), files()
    return MigrationRun(
        ledger=held,
        copying=Copying(held, source, target, moving, on_bytes or _uncounted),
        settling=Settling(held, target, moving, utc_now),
        switching=Switching(held, target, moving, addresses().fields),
        releasing=Releasing(held, source, target, moving, has_replica),
        notify=notify or _unheard,
    )


def _unheard(outcome: str, entry: TransferEntry) -> None:
    """Ignore steps: counters are enough for the log."""


def _uncounted(entry: TransferEntry, copied: int, total: int) -> None:
    """Ignore progress: the ledger records it."""


def has_replica(replica: Replica) -> bool:
    """Return True when the replica at VK Cloud is whole.

    False when the store does not answer, so that api.video keeps its copy.
    """
    from auto360.container.object_storage import backup_store
    from auto360.providers.object_storage import ObjectStoreError

    try:
        found = backup_store().head(replica.key)
    except ObjectStoreError:
        return False
    return found is not None and found.size == replica.bytes


@cache
def files() -> TransferFiles:
    """Build the copier of bytes."""
    from auto360.domains.videos.transfer.ports import TransferFiles
    from auto360.providers.video.checksums import HttpDigest
    from auto360.providers.video.hls import require_playable
    from auto360.providers.video.tus import TusCopier

    return TransferFiles(
        copier=TusCopier(http(), tus_policy()),
        digest=HttpDigest(http()),
        require_playable=lambda url: require_playable(http(), url),
    )


@cache
def api_video() -> ApiVideo:
    """Return the source."""
    from auto360.providers.video.api_video import ApiVideo, ApiVideoSettings

    return ApiVideo(ApiVideoSettings.load(), lines(), retry_policy=retry_policy())


@cache
def yandex() -> YandexVideo:
    """Return the target."""
    from auto360.providers.video.yandex import YandexVideo, YandexVideoSettings

    return YandexVideo(YandexVideoSettings.load(), lines(), iam_tokens(), retry_policy=retry_policy())


@cache
def http() -> httpx.Client:
    """Return the client for files of both providers, which counts what lies below their APIs beforehand."""
    from auto360.providers.transport.connections import new_client

    return new_client(timeout=10.0, before=pace().of_file)


@cache
def lines() -> Lines:
    """Return the lines to both providers, which count every API call beforehand."""
    from auto360.container.data import provider_lines
    from auto360.providers.video.throttle import PacedLines

    return PacedLines(provider_lines(), pace())


@cache
def pace() -> Pace:
    """Return the pace of calls, below the providers' own limits."""
    from auto360.providers.video.api_video import ApiVideoSettings
    from auto360.providers.video.throttle import Pace, PacedCalls
    from auto360.providers.video.yandex import YandexVideoSettings

    settings = policy()
    source = str(ApiVideoSettings.load().api_video_url).rstrip("/")
    target = f"{str(YandexVideoSettings.load().yandex_video_url).rstrip('/')}/video/"
    writes = frozenset({"POST", "PATCH", "DELETE"})
    return Pace(
        request_counter(),
        (
            PacedCalls(
                "migration_reads", f"{source}/videos", frozenset({"GET"}), settings.video_migration_reads_per_minute
            ),
            PacedCalls("migration_writes", f"{source}/videos", writes, settings.video_migration_writes_per_minute),
            PacedCalls("migration_target", target, writes | {"GET"}, settings.video_migration_target_calls_per_minute),
        ),
    )


def retry_policy() -> RetryPolicy:
    """Return retries shorter than the time that a run keeps free; longer waits belong to the run."""
    from auto360.providers.transport.exchange import RetryPolicy

    return RetryPolicy(total_seconds=20.0, call_seconds=10.0, tries=4, first_wait_seconds=0.5)


def tus_policy() -> TusPolicy:
    """Return the chunk size for uploads: 16 MiB."""
    from auto360.providers.video.tus import TusPolicy

    return TusPolicy()

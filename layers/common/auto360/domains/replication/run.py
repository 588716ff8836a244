"""Replication run: holds a lease, is recorded in `backup_runs` with its counters."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.domains.backups.lease import leased
from auto360.domains.backups.runs import RunKind, RunOutcome, Runs
from auto360.domains.replication.integrity_checks import Samples
from auto360.domains.replication.storage import StorageCopies
from auto360.domains.replication.videos import VideoCopies
from auto360.providers.database import Database
from auto360.providers.database.lease import Lease

Report = Mapping[str, int]


class CopyRunPolicy(EnvSettings):
    """Seconds of work before a run leaves the rest to the next."""

    copies_run_seconds: int = Field(540, ge=10, le=3500)


@dataclass(frozen=True)
class CopyRun:
    """Runs jobs until a time. Each raises AnotherRun, and the job's own errors."""

    database: Database
    runs: Runs
    until: datetime

    def videos(self, copies: VideoCopies) -> Report:
        """Replicate videos without a replica, delete expired replicas."""

        def work(lease: Lease) -> None:
            if copies.copy_missing(lease, until=self.until):
                copies.delete_old(lease)

        return self._recorded("videos", "videos", work, lambda: asdict(copies.counted))

    def storage_changes(self, copies: StorageCopies) -> Report:
        """Replicate changes since the last run."""

        def work(lease: Lease) -> None:
            copies.copy_changes(lease, until=self.until)

        return self._recorded("storage", "storage", work, lambda: asdict(copies.counted))

    def storage_comparison(self, copies: StorageCopies) -> Report:
        """Compare everything, and move aside replicas of deleted files."""
        return self._recorded("storage", "storage", copies.compare, lambda: asdict(copies.counted))

    def read_again(self, samples: Samples) -> Report:
        """Check a share of the replicas."""

        def work(lease: Lease) -> None:
            samples.read_again(lease, until=self.until)

        return self._recorded("verification", "copies_verification", work, lambda: asdict(samples.counted))

    def _recorded(
        self, kind: RunKind, job: str, work: Callable[[Lease], None], counted: Callable[[], dict[str, int]]
    ) -> Report:
        with leased(self.database, job) as lease:
            run = self.runs.begin(kind, lease)
            try:
                work(lease)
            except BaseException as error:
                self.runs.failed(run, error, _outcome(counted()))
                raise
            self.runs.verified(run, _outcome(counted()))
        return counted()


def _outcome(counted: dict[str, int]) -> RunOutcome:
    return RunOutcome(size=counted.get("bytes"), files=counted.get("copied", counted.get("read")), details=counted)

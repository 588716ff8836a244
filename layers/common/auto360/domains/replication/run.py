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

    def videos(self, copies: VideoCopies, *, worker: int = 1) -> Report:
        """Replicate videos without a replica, as one of several workers; the first one deletes expired replicas."""

        def work(lease: Lease) -> bool:
            is_complete = copies.copy_missing(lease, until=self.until)
            if is_complete and worker == 1:
                copies.delete_old(lease)
            return is_complete and not copies.counted.failed

        job = "videos" if worker == 1 else f"videos_{worker}"
        return self._recorded("videos", job, work, lambda: asdict(copies.counted))

    def storage_changes(self, copies: StorageCopies) -> Report:
        """Replicate changes since the last run."""

        def work(lease: Lease) -> bool:
            return copies.copy_changes(lease, until=self.until)

        return self._recorded("storage", "storage", work, lambda: asdict(copies.counted))

    def storage_comparison(self, copies: StorageCopies) -> Report:
        """Compare everything, and move aside replicas of deleted files."""

        def work(lease: Lease) -> bool:
            copies.compare(lease)
            return True

        return self._recorded("storage", "storage", work, lambda: asdict(copies.counted))

    def read_again(self, samples: Samples) -> Report:
        """Check a share of the replicas."""

        def work(lease: Lease) -> bool:
            return samples.read_again(lease, until=self.until)

        return self._recorded("verification", "copies_verification", work, lambda: asdict(samples.counted))

    def _recorded(
        self, kind: RunKind, job: str, work: Callable[[Lease], bool], counted: Callable[[], dict[str, int]]
    ) -> Report:
        with leased(self.database, job) as lease:
            run = self.runs.begin(kind, lease)
            try:
                is_complete = work(lease)
            except BaseException as error:
                self.runs.failed(run, error, _outcome(counted()))
                raise
            close = self.runs.verified if is_complete else self.runs.partial
            close(run, _outcome(counted()))
        return counted()


def _outcome(counted: dict[str, int]) -> RunOutcome:
    return RunOutcome(size=counted.get("bytes"), files=counted.get("copied", counted.get("read")), details=counted)

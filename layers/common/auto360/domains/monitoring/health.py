"""Liveness, and the deep check of every dependency for staff."""

import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import Field, SecretStr

from auto360.core.errors import Forbidden
from auto360.core.settings import EnvSettings


class DeepCheckSettings(EnvSettings):
    """`STAFF_KEY`: opens the deep check."""

    staff_key: SecretStr = Field(min_length=24)


@dataclass(frozen=True)
class Finding:
    """Result of one check: success and milliseconds."""

    name: str
    ok: bool
    milliseconds: int


@dataclass(frozen=True)
class DeepCheck:
    """Checks by name; each raises when its dependency does not answer."""

    staff_key: str
    checks: Mapping[str, Callable[[], object]]

    def __call__(self, shown_key: str) -> list[Finding]:
        """Check every dependency. Raises Forbidden without the staff key."""
        if not hmac.compare_digest(shown_key.encode(), self.staff_key.encode()):
            raise Forbidden
        return query_all(self.checks)


def query_all(checks: Mapping[str, Callable[[], object]]) -> list[Finding]:
    """Check every dependency, one after the other."""
    return [_query(name, check) for name, check in checks.items()]


def _query(name: str, check: Callable[[], object]) -> Finding:
    started = time.perf_counter()
    try:
        check()
        ok = True
    except Exception:  # noqa: BLE001 - any failure of a dependency is a finding, not our failure
        ok = False
    return Finding(name, ok, round((time.perf_counter() - started) * 1000))

"""Stage: `infra/stages/<name>.toml`, the differences of staging and production, without secrets."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.gateway.limits import QUEUE_FACTOR

STAGES = Path(__file__).with_name("stages")
_NAME = re.compile(r"[a-z][a-z0-9]{1,19}")
# Variables that a stage may override: limits and rates, independent of connected services.
SETTABLE = ("LIMIT_", "OTP_", "CACHE_", "RISK_", "SENTRY_TRACES_RATE")
# Of auto360.domains.backups.placement; an ephemeral disk has 1 to 100 GB.
_PLACES, _MAX_DISK_GB = ("function", "long_function", "machine"), 100
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


class StageError(Exception):
    """File of a stage is missing or wrong; the message contains the remedy."""


# A request beyond the instances waits in a queue, which counts as well: without room callers get 429 at once.
_MIN_QUEUE_FACTOR = 2


@dataclass(frozen=True)
class Scaling:
    """Limits of one function. Instances and requests are per availability zone.

    `zone_requests` counts running and queued requests; 0 means three for each instance. `provisioned` instances are
    kept warm and billed, in all zones together.
    """

    zone_instances: int = 2
    zone_requests: int = 0
    provisioned: int = 0

    @property
    def requests(self) -> int:
        """Requests of a zone that are running or queued; the next one is answered with 429."""
        return self.zone_requests or QUEUE_FACTOR * self.zone_instances

    @property
    def has_a_queue(self) -> bool:
        """Return True if the request queue holds a burst."""
        return self.requests >= _MIN_QUEUE_FACTOR * self.zone_instances


@dataclass(frozen=True)
class Roof:
    """Requests per second that the gateway accepts from all callers together, 0 for any number.

    `operations` are lower ones for single routes, such as `POST /api/payments`. The gateway applies them approximately.
    """

    requests_per_second: int = 0
    operations: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class BackupPlace:
    """Place of database backups and drills; `make doctor` compares it with the size of the database.

    `function`: ten minutes. `long_function`: an hour. `machine`: timers of a separate machine, not of functions.
    `disk_gb` is an ephemeral disk for the drill. Support grants runs of an hour, and the disk.
    """

    runs_on: str = "function"
    disk_gb: int = 0


@dataclass(frozen=True)
class Stage:
    """Environment on Yandex Cloud."""

    name: str
    folder_id: str
    bundle_bucket: str
    log_level: str = "INFO"
    domain: str | None = None
    certificate_id: str | None = None
    network_id: str = ""
    security_profile_id: str = ""
    provisioned_quota: int = 2
    absent_secrets: frozenset[str] = frozenset()
    parameters: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    scaling: Mapping[str, Scaling] = field(default_factory=dict)
    roof: Roof = Roof()
    backups: BackupPlace = BackupPlace()

    @property
    def prefix(self) -> str:
        """Return the name prefix of everything that belongs to this stage."""
        return f"auto360-{self.name}"

    def scaling_of(self, function: str) -> Scaling:
        """Return the scaling limits of a function, or those of `default`."""
        return self.scaling.get(function, self.scaling.get("default", Scaling()))


def load_stage(name: str, folder: Path = STAGES) -> Stage:
    """Read the file of a stage. Raises StageError."""
    if not _NAME.fullmatch(name):
        # A hyphen would make one stage's prefix the prefix of another's names.
        raise StageError(f"A stage cannot be called {name!r}: small letters and digits, a letter first.")
    path = folder / f"{name}.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StageError(
            f"infra/stages/{name}.toml is missing: copy example.toml and fill it in, or name another with STAGE=."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise StageError(f"{path.name} is not valid TOML: {error}.") from None
    try:
        return _stage(name, content)
    except (TypeError, KeyError) as error:
        raise StageError(f"{path.name}: {str(error).removeprefix('Stage.__init__() ')}.") from None


def _stage(name: str, content: Mapping[str, Any]) -> Stage:
    unknown = sorted(set(content) - {"yandex", "secrets", "parameters", "settings", "scaling", "roof", "backups"})
    if unknown:
        raise StageError(f"{name}.toml has unknown parts: {', '.join(unknown)}.")
    stage = Stage(
        name=name,
        absent_secrets=frozenset(content.get("secrets", {}).get("absent", ())),
        parameters={"Stage": name, **{key: str(value) for key, value in content.get("parameters", {}).items()}},
        settings={key: str(value) for key, value in content.get("settings", {}).items()},
        roof=Roof(**content.get("roof", {})),
        backups=BackupPlace(**content.get("backups", {})),
        scaling={key: Scaling(**value) for key, value in content.get("scaling", {}).items()},
        **content["yandex"],
    )
    if stage.log_level not in _LEVELS:
        raise StageError(f"{name}.toml: log_level must be one of {', '.join(_LEVELS)}.")
    foreign = sorted(key for key in stage.settings if not key.startswith(SETTABLE))
    if foreign:
        raise StageError(
            f"{name}.toml: {foreign[0]} is no limit; a stage sets {', '.join(SETTABLE)}… under `settings`."
        )
    for function, scaling in stage.scaling.items():
        if not scaling.has_a_queue:
            raise StageError(
                f"{name}.toml: zone_requests of {function} leaves no room for a queue, so that a burst gets 429;"
                f" at least {_MIN_QUEUE_FACTOR * scaling.zone_instances}, or leave it out."
            )
    if stage.backups.runs_on not in _PLACES or not 0 <= stage.backups.disk_gb <= _MAX_DISK_GB:
        raise StageError(
            f"{name}.toml: under `backups`, runs_on is one of {', '.join(_PLACES)}, disk_gb 0 to {_MAX_DISK_GB}."
        )
    if (stage.domain is None) != (stage.certificate_id is None):
        raise StageError(f"{name}.toml: domain and certificate_id belong together.")
    return stage

"""Stage: `infra/stages/<name>.toml`, what differs between staging and production and is no secret."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STAGES = Path(__file__).with_name("stages")
_NAME = re.compile(r"[a-z][a-z0-9]{1,19}")
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


class StageError(Exception):
    """File of a stage is missing or wrong; the message says what to write."""


@dataclass(frozen=True)
class Scaling:
    """Instances per availability zone; `provisioned` ones are kept warm and paid for."""

    zone_instances: int = 10
    zone_requests: int = 10
    provisioned: int = 0


@dataclass(frozen=True)
class Stage:
    """Environment on Yandex Cloud."""

    name: str
    folder_id: str
    bundle_bucket: str
    log_level: str = "INFO"
    domain: str | None = None
    certificate_id: str | None = None
    absent_secrets: frozenset[str] = frozenset()
    parameters: Mapping[str, str] = field(default_factory=dict)
    scaling: Mapping[str, Scaling] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """Return the beginning of the names of everything that belongs to this stage."""
        return f"auto360-{self.name}"

    def scaling_of(self, function: str) -> Scaling:
        """Return the scaling limits of a function, or those of `default`."""
        return self.scaling.get(function, self.scaling.get("default", Scaling()))


def load_stage(name: str, folder: Path = STAGES) -> Stage:
    """Read the file of a stage. Raises StageError."""
    if not _NAME.fullmatch(name):
        # A hyphen would make one stage's prefix the beginning of another's names.
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
    unknown = sorted(set(content) - {"yandex", "secrets", "parameters", "scaling"})
    if unknown:
        raise StageError(f"{name}.toml has unknown parts: {', '.join(unknown)}.")
    stage = Stage(
        name=name,
        absent_secrets=frozenset(content.get("secrets", {}).get("absent", ())),
        parameters={"Stage": name, **{key: str(value) for key, value in content.get("parameters", {}).items()}},
        scaling={key: Scaling(**value) for key, value in content.get("scaling", {}).items()},
        **content["yandex"],
    )
    if stage.log_level not in _LEVELS:
        raise StageError(f"{name}.toml: log_level must be one of {', '.join(_LEVELS)}.")
    if (stage.domain is None) != (stage.certificate_id is None):
        raise StageError(f"{name}.toml: domain and certificate_id belong together.")
    return stage

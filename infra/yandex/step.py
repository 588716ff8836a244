"""Step from the current to the wanted state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Action = Literal["create", "change", "delete"]
SIGNS: dict[Action, str] = {"create": "+", "change": "~", "delete": "-"}


@dataclass(frozen=True)
class Step:
    """Action on a resource. `undo` runs if the deployment fails."""

    action: Action
    kind: str
    name: str
    detail: str
    run: Callable[[], object]
    undo: Callable[[], object] | None = None

    def __str__(self) -> str:
        return f"{SIGNS[self.action]} {self.kind:<16} {self.name}{f'  ({self.detail})' if self.detail else ''}"

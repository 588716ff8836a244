"""Case of the access matrix.

A case names the row as the owner would send it, columns that only the database's owner can add, a change, and for each
verb the roles that succeed. Everybody else must fail, without any effect. Unlisted verbs are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from tests.integration.access_scene import Row, Scene

Role = Literal["anon", "owner", "other", "member", "service"]
ROLES: tuple[Role, ...] = get_args(Role)

LATER, EARLIER = "2100-01-01T00:00:00Z", "2026-01-01T00:00:00Z"
DIGEST_32, DIGEST_16 = "\\x" + "ab" * 32, "\\x" + "ab" * 16

EVERYBODY = "anon owner other member service"
OWNER, TEAM, SERVICE = "owner service", "owner member service", "service"


@dataclass(frozen=True)
class Case:
    """Row of the matrix."""

    table: str
    row: Callable[[Scene], Row]
    change: Row = field(default_factory=dict)
    select: str = ""
    insert: str = ""
    update: str = ""
    delete: str = ""
    what: str = ""
    owner: Callable[[Scene], str] = lambda scene: scene.owner
    extra: Row = field(default_factory=dict)
    also: Callable[[Scene, str], list[tuple[str, Row]]] = lambda _scene, _key: []

    def __str__(self) -> str:
        return f"{self.table}{' ' + self.what if self.what else ''}"

    def allows(self, verb: str, role: Role) -> bool:
        """Return True when this role succeeds with this verb."""
        return role in getattr(self, verb).split()


def backend_only(table: str, row: Callable[[Scene], Row], change: Row) -> Case:
    """Return a table that no user reaches."""
    return Case(table, row, change, select=SERVICE, insert=SERVICE, update=SERVICE, delete=SERVICE)


def kept_for_ever(table: str, row: Callable[[Scene], Row], change: Row) -> Case:
    """Return a table of the backend from which the backend deletes nothing."""
    return Case(table, row, change, select=SERVICE, insert=SERVICE, update=SERVICE)


def append_only(table: str, row: Callable[[Scene], Row], change: Row) -> Case:
    """Return a table of the backend in which nothing ever changes."""
    return Case(table, row, change, select=SERVICE, insert=SERVICE)

"""The operations page: sessions of operators, the team, the overview."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.wiring.data import database

if TYPE_CHECKING:
    from auto360.operators.migration import MigrationDesk
    from auto360.operators.overview import Overview
    from auto360.operators.sessions import OperatorSessions
    from auto360.operators.team import Team


@cache
def operator_sessions() -> OperatorSessions:
    """Sign-in and sessions."""
    from auto360.accounts.code_policy import LockPolicy
    from auto360.accounts.code_secrets import CodeSecretSettings
    from auto360.operators.sessions import OperatorSessionPolicy, OperatorSessions

    secrets = CodeSecretSettings.load().secrets()
    return OperatorSessions(database(), secrets, LockPolicy.load(), OperatorSessionPolicy.load())


@cache
def team() -> Team:
    """Operators and the audit log."""
    from auto360.operators.team import Team

    return Team(database())


@cache
def overview() -> Overview:
    """What waits, timers, backups, figures."""
    from auto360.operators.overview import Overview

    return Overview(database())


@cache
def migration_desk() -> MigrationDesk:
    """The move of videos: state and orders."""
    from auto360.media.migration.policy import MigrationPolicy
    from auto360.operators.migration import MigrationDesk

    return MigrationDesk(database(), MigrationPolicy.load())

"""The operations page: sessions of operators, the team, the overview."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database

if TYPE_CHECKING:
    from auto360.domains.staff.overview import Overview
    from auto360.domains.staff.sessions import OperatorSessions
    from auto360.domains.staff.team import StaffTeam
    from auto360.domains.staff.video_transfer import TransferAdmin


@cache
def operator_sessions() -> OperatorSessions:
    """Sign-in and sessions."""
    from auto360.domains.accounts.code_policy import LockPolicy
    from auto360.domains.accounts.code_secrets import CodeSecretSettings
    from auto360.domains.staff.sessions import OperatorSessionPolicy, OperatorSessions

    secrets = CodeSecretSettings.load().secrets()
    return OperatorSessions(database(), secrets, LockPolicy.load(), OperatorSessionPolicy.load())


@cache
def team() -> StaffTeam:
    """Operators and the audit log."""
    from auto360.domains.staff.team import StaffTeam

    return StaffTeam(database())


@cache
def overview() -> Overview:
    """What waits, timers, backups, figures."""
    from auto360.domains.staff.overview import Overview

    return Overview(database())


@cache
def migration_desk() -> TransferAdmin:
    """The move of videos: state and orders."""
    from auto360.domains.staff.video_transfer import TransferAdmin
    from auto360.domains.videos.transfer.policy import MigrationPolicy

    return TransferAdmin(database(), MigrationPolicy.load())

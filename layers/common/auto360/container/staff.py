"""Wiring of the operations page: staff sessions, the team, the overview."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database

if TYPE_CHECKING:
    from auto360.domains.staff.overview import Overview
    from auto360.domains.staff.sessions import StaffSessions
    from auto360.domains.staff.team import StaffTeam
    from auto360.domains.staff.video_transfer import TransferAdmin


@cache
def staff_sessions() -> StaffSessions:
    from auto360.domains.accounts.code_policy import LockPolicy
    from auto360.domains.accounts.code_secrets import CodeSecretSettings
    from auto360.domains.staff.sessions import StaffSessionPolicy, StaffSessions

    secrets = CodeSecretSettings.load().secrets()
    return StaffSessions(database(), secrets, LockPolicy.load(), StaffSessionPolicy.load())


@cache
def team() -> StaffTeam:
    """Build staff members and the audit log."""
    from auto360.domains.staff.team import StaffTeam

    return StaffTeam(database())


@cache
def overview() -> Overview:
    from auto360.domains.staff.overview import Overview

    return Overview(database())


@cache
def transfer_admin() -> TransferAdmin:
    """Build state and orders of the video transfer."""
    from auto360.domains.staff.video_transfer import TransferAdmin
    from auto360.domains.videos.transfer.policy import MigrationPolicy

    return TransferAdmin(database(), MigrationPolicy.load())

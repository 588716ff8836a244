"""Pace and safety limits of the video transfer."""

from __future__ import annotations

from pydantic import Field

from auto360.core.settings import EnvSettings


class MigrationPolicy(EnvSettings):
    """Limits of the video transfer: 1,000 a day, api.video kept for three months (docs/reference/limits.md)."""

    video_migration_daily_limit: int = Field(1000, ge=0, le=100_000)
    video_migration_budget_usd: float | None = Field(None, ge=0)
    video_migration_usd_per_minute: float = Field(0.0217, gt=0)
    video_migration_library_quota: int = Field(5000, ge=0)
    video_migration_quota_reserve: int = Field(200, ge=0)
    video_migration_lease_seconds: int = Field(300, ge=2, le=3600)
    video_migration_run_seconds: int = Field(540, ge=5, le=86_400)
    video_migration_poll_seconds: int = Field(30, ge=1, le=3600)
    video_migration_encoding_hours: float = Field(24, gt=0)
    video_migration_retry_seconds: int = Field(60, ge=1, le=3600)
    video_migration_attempts: int = Field(8, ge=1, le=50)
    video_migration_confirm_seconds: int = Field(3600, ge=0)
    video_migration_fallback_days: int = Field(90, ge=0)
    video_migration_rolled_back_days: int = Field(14, ge=0)
    video_migration_checked_chunks: int = Field(1, ge=0)
    video_migration_reads_per_minute: int = Field(300, ge=6)
    video_migration_writes_per_minute: int = Field(60, ge=6)
    video_migration_target_calls_per_minute: int = Field(300, ge=6)

    @property
    def budget_seconds(self) -> float | None:
        """Return the seconds of video that the budget pays for; None without a budget."""
        if self.video_migration_budget_usd is None:
            return None
        return self.video_migration_budget_usd / self.video_migration_usd_per_minute * 60

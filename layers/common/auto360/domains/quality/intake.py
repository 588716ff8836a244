"""Intake of playback reports. SQL counts the valid ones a minute later; no content of a report is an error."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.providers.database import Database, DatabaseRefused, DatabaseUnavailable
from auto360.providers.database.functions.quality_recording import quality_drop, quality_record

_LOG = logging.getLogger("auto360.domains.quality")

Unusable = Literal["unreadable", "too_large"]


class QualitySettings(EnvSettings):
    """`QUALITY_VIEWS_PER_ADDRESS`: weighted views per hour and group of addresses; `QUALITY_QUEUE_MB`: may wait."""

    quality_views_per_address: int = Field(10_000, ge=200)
    quality_queue_mb: int = Field(512, ge=1)


@dataclass(frozen=True)
class Intake:
    """Stores batches by one SQL call each; a timer counts them."""

    database: Database
    settings: QualitySettings

    def take(self, batch: Mapping[str, Any] | Unusable, *, address: str) -> None:
        """Store a batch for one count by its id, or count an unusable one. Never raises for the database.

        A lost batch is a gap in statistics; an error response would cause retries of sixty thousand phones.
        """
        try:
            if isinstance(batch, str):
                quality_drop(self.database, cause=batch)
            else:
                quality_record(
                    self.database,
                    address=address,
                    batch=batch,
                    max_views=self.settings.quality_views_per_address,
                    max_queue_mb=self.settings.quality_queue_mb,
                )
        except (DatabaseUnavailable, DatabaseRefused) as error:
            _LOG.error("playback reports lost: %s", type(error).__name__)

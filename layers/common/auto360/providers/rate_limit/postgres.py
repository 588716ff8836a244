"""Request counters in Postgres: used where no Redis is set."""

from auto360.providers.database import Database
from auto360.providers.database.functions.common import rate_limit_hit
from auto360.providers.rate_limit import Count, Limit


class PostgresCounter:
    """`RequestCounter` on one SQL statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hit(self, key: str, limit: Limit) -> Count:
        """Count one request. Raises DatabaseUnavailable."""
        row = rate_limit_hit(self._database, key=f"{limit.name}:{key}", max_hits=limit.max_hits, seconds=limit.seconds)
        return Count(hits=row["hits"], reset_in=row["reset_in"])

"""Alert for a database outage, when no state is available: message ids at the SMS providers deduplicate.

Derives one id per phone and hour from the clock, so that parallel and repeated rounds send one SMS an hour.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid5

from auto360.core.clock import Clock
from auto360.providers.database import Database, DatabaseUnavailable
from auto360.providers.database.functions.database_health import health_check
from auto360.providers.sms import SmsProvider
from auto360.providers.sms.delivery import Deliver

_NAMESPACE = UUID("6f1d2f60-2f0b-4a55-9b3b-3e1f0c6b9d11")
_TEXT = "360Auto! База данных не отвечает. database-down"
_PAUSES_SECONDS = (5.0, 10.0)
_QUESTION_SECONDS = 2.0


@dataclass(frozen=True)
class DatabaseDown:
    """Confirms that the database is down, and notifies the phones of staff."""

    database: Database
    phones: Sequence[str]
    providers: Sequence[SmsProvider]
    deliver: Deliver
    now: Clock
    sleep: Callable[[float], None] = time.sleep

    def __call__(self) -> int:
        """Return the number of sent SMS; 0 where the database answers again, or this hour's SMS are sent."""
        if self._answers_after_all():
            return 0
        hour = self.now().strftime("%Y-%m-%dT%H")
        sent = 0
        for phone in self.phones:
            sms_id = str(uuid5(_NAMESPACE, f"{phone} {hour}"))
            if not self._was_notified(phone, sms_id):
                sent += self.deliver(phone, _TEXT, sms_id=sms_id, passed_over=()).provider is not None
        return sent

    def _answers_after_all(self) -> bool:
        for pause in _PAUSES_SECONDS:
            self.sleep(pause)
            try:
                health_check(self.database)
            except DatabaseUnavailable:
                continue
            return True
        return False

    def _was_notified(self, phone: str, sms_id: str) -> bool:
        return any(
            provider.has_accepted(phone, message_id=provider.message_id(sms_id), timeout=_QUESTION_SECONDS)
            for provider in self.providers
        )

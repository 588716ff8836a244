"""Timer: asks SMS suppliers for reports that did not come, and measures balances."""

from auto360.runtime.jobs import job
from auto360.wiring import sms


def run(_event: object) -> dict[str, int]:
    """One round."""
    return sms.sms_poller()()


handler = job(run)

"""Timer: asks SMS providers for reports that did not come, and measures balances."""

from auto360.container import sms
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """One round."""
    return sms.sms_poller()()


handler = job(run)

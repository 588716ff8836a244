"""Timer: query SMS providers for missing delivery receipts, and record balances."""

from auto360.container import sms
from auto360.jobs.entry import job


def run(_event: object) -> dict[str, int]:
    """Run one round."""
    return sms.sms_poller()()


handler = job(run)

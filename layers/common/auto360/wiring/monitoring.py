"""Health checks of the dependencies that are configured."""

from collections.abc import Callable
from functools import cache, partial

from auto360.monitoring.health import DeepCheck, OperatorSettings
from auto360.wiring.data import database
from auto360.wiring.limits import redis_client
from auto360.wiring.sms import suppliers

_SUPPLIER_SECONDS = 3.0


@cache
def deep_check() -> DeepCheck:
    """The check of database, Redis where set, and SMS suppliers."""
    checks: dict[str, Callable[[], object]] = {"database": partial(database().call, "health_check", {})}
    redis = redis_client()
    if redis is not None:
        checks["redis"] = redis.ping
    for supplier in suppliers():
        checks[f"sms_{supplier.name}"] = partial(supplier.account, timeout=_SUPPLIER_SECONDS)
    return DeepCheck(OperatorSettings.load().operator_key.get_secret_value(), checks)

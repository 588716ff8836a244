"""Start from a snapshot (AWS SnapStart): preparation before it, and renewal in every copy after it.

A copy has the memory of the frozen process: its open connections, the state of its random numbers, and its
time (docs/decisions/0156).
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec

from auto360.core.errors import SettingsInvalid
from auto360.observability.logging import logger
from auto360.providers.transport.kept import close_kept

Prepare = Callable[[], object]

_HOOKS = "snapshot_restore_py"
"""Module of AWS's runtime; absent elsewhere, where processes are copied only by `fork`."""
_SEED_BYTES = 48


def register(prepare: Sequence[Prepare]) -> None:
    """Prepare before a snapshot is taken, and renew in each copy."""
    os.register_at_fork(after_in_child=renew)
    if find_spec(_HOOKS) is not None:
        hooks = import_module(_HOOKS)
        hooks.register_before_snapshot(get_ready, prepare)
        hooks.register_after_restore(renew)


def get_ready(prepare: Sequence[Prepare]) -> None:
    """Do the work of a first call that needs no network. Unusable settings show at the first call, as without it."""
    for make in prepare:
        try:
            make()
        except SettingsInvalid as error:
            logger.warning("not prepared", extra={"problem": str(error)})
    # Server names use this codec, which is loaded with the first one.
    "localhost".encode("idna")
    close_kept()


def renew() -> None:
    """Drop the state that copies must not share: connections, and the state of random numbers.

    Secrets and ids come from the kernel at each use, and so do times.
    """
    close_kept()
    random.seed(os.urandom(_SEED_BYTES))
    if "ssl" in sys.modules:
        sys.modules["ssl"].RAND_add(os.urandom(_SEED_BYTES), _SEED_BYTES)

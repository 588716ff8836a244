"""Secrets read at the start of a function, where they do not fit into its environment (docs/decisions/0095)."""

from __future__ import annotations

import os
from collections.abc import MutableMapping

from auto360.core.errors import SettingsInvalid
from auto360.core.invocation_token import access_token

_SECRET, _VERSION = "LOCKBOX_SECRET_ID", "LOCKBOX_VERSION_ID"
_loaded: set[tuple[str, str]] = set()


def complete_environment(environ: MutableMapping[str, str] | None = None) -> None:
    """Put the function's secrets into the environment, once per instance.

    Does nothing where the environment names no secret. Raises SettingsInvalid; the next call then tries again.
    """
    known = os.environ if environ is None else environ
    wanted = (known.get(_SECRET, ""), known.get(_VERSION, ""))
    if not wanted[0] or wanted in _loaded:
        return
    from auto360.container.data import provider_lines
    from auto360.providers.secret_store import SecretStoreFailure
    from auto360.providers.secret_store.lockbox import Lockbox, LockboxSettings

    store = Lockbox(LockboxSettings.load(known), provider_lines(), access_token=access_token)
    try:
        known.update(store.secrets())
    except SecretStoreFailure as failure:
        raise SettingsInvalid(f"{_SECRET}: the secrets cannot be read ({failure}).") from None
    _loaded.add(wanted)


def forget() -> None:
    """Read the secrets again at the next call."""
    _loaded.clear()

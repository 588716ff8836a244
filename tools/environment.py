"""Variables of a command: those of the shell, or of the local stack where none are set."""

from __future__ import annotations

import os
from collections.abc import MutableMapping

from local.function_environment import Addresses, function_environment
from local.paths import DataFolder
from local.ports import HOST, Ports
from local.secrets import Keyring


class NoStack(Exception):
    """Neither a project nor a local stack is configured."""


def use_local_stack_unless_told(environ: MutableMapping[str, str] = os.environ) -> str:
    """Return the name of the project or local stack to work on. Raises NoStack.

    Uses the project of SUPABASE_URL when it is set, with the same variables as the function. Otherwise adds those of
    the local stack, which must have been started once.
    """
    if environ.get("SUPABASE_URL"):
        return environ["SUPABASE_URL"]
    data, ports = DataFolder.from_environ(environ), Ports.from_environ(environ)
    if not data.secrets.is_file():
        raise NoStack("Set SUPABASE_URL and the function's other variables, or start the local stack: make up")

    def at(port: int) -> str:
        return f"http://{HOST}:{port}"

    addresses = Addresses(
        gateway=at(ports.gateway),
        postgrest=at(ports.postgrest),
        simulators=at(ports.simulators),
        s3=at(ports.s3),
        supabase=at(ports.supabase),
    )
    keyring = Keyring.load_or_create(data.secrets)
    environ.update({**function_environment(keyring, addresses, environ), **environ})
    return f"the local stack at {addresses.gateway}"

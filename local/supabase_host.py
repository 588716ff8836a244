"""Process of the Supabase host, and the keys of its project."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from local.function_environment import Addresses, token_keys
from local.object_storage import SUPABASE_REGION
from local.paths import CHECKOUT, environ_for_tools
from local.processes import Child
from local.secrets import Keyring
from local.supabase.keys import ProjectKeys


def project_keys(keyring: Keyring) -> ProjectKeys:
    """Return the keys for clients and services of the local project."""
    keys = token_keys(keyring)
    return ProjectKeys(
        anon=keys.role_token("anon"),
        service_role=keys.role_token("service_role"),
        publishable=keyring.supabase_publishable_key,
        secret=keyring.supabase_secret_key,
        jwt_secret=keys.jwt_secret,
        public_jwks=keys.public_jwks(),
    )


def supabase_child(keyring: Keyring, addresses: Addresses, *, port: int, log: Path) -> Child:
    """Return the child process of the Supabase host."""
    files = {
        "url": addresses.s3,
        "region": SUPABASE_REGION,
        "access_key": keyring.storage_service_access_key,
        "secret_key": keyring.storage_service_secret_key,
    }
    settings = {
        "port": port,
        "keys": asdict(project_keys(keyring)),
        "postgrest": addresses.postgrest,
        "database": addresses.database,
        "files": files,
    }
    environ = {**environ_for_tools(), "AUTO360_SUPABASE": json.dumps(settings)}
    command = [sys.executable, "-u", "-m", "local.supabase"]
    return Child("Supabase", command, log=log, environ=environ, folder=CHECKOUT)

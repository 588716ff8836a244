"""Empty Supabase project on a Postgres server: roles and schemas of the platform, before the first migration."""

from __future__ import annotations

from local.migrations import Schema
from local.paths import SUPABASE_BOOTSTRAP
from local.secrets import Keyring


def prepare_project(superuser: str, keyring: Keyring) -> bool:
    """Create the platform's part at a superuser's address; False if the database has one already.

    The logins `postgres` and `authenticator` get their passwords.
    """
    schema = Schema(superuser)
    if not schema.bootstrap(SUPABASE_BOOTSTRAP):
        return False
    schema.set_login("postgres", keyring.postgres_password)
    schema.set_login("authenticator", keyring.authenticator_password)
    return True

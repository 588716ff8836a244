"""`make operator PHONE=… ROLE=…`: gives a person a role on the operations page; `ROLE=user` takes it away.

Works on the local stack, or, with `SUPABASE_URL` and `SUPABASE_SERVICE_ROLE_KEY`, on a project in the cloud.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from typing import get_args

from auto360 import phone
from auto360.database import DatabaseUnavailable
from auto360.database.postgrest import PostgrestDatabase, SupabaseSettings, new_client
from auto360.errors import PhoneInvalid, SettingsInvalid
from auto360.operators.sessions import Role
from auto360.operators.team import Origin, Team
from auto360.wiring.data import tls_context
from local.folders import DataFolder
from local.function_environment import token_keys
from local.keyring import Keyring
from local.ports import HOST, Ports


def main(arguments: list[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Appoint one person."""
    parser = argparse.ArgumentParser(prog="make operator", description="Gives a person a role on the operations page.")
    parser.add_argument("phone", help="the person's phone, such as +996700123456")
    parser.add_argument("role", choices=(*get_args(Role), "user"))
    chosen = parser.parse_args(arguments)
    try:
        number = phone.normalise(chosen.phone)
        team = Team(_database(environ))
        done = team.appoint(None, number, role=chosen.role, origin=Origin("", "make operator"))
    except PhoneInvalid:
        print("PHONE is not a Kyrgyz mobile number, such as +996700123456.", file=sys.stderr)
    except SettingsInvalid as error:
        print(error, file=sys.stderr)
    except DatabaseUnavailable:
        print("The database does not answer. Is `make up` running, with the same PORT?", file=sys.stderr)
    else:
        print(f"{number}: {done['before']} → {done['role']}")
        return 0
    return 1


def _database(environ: Mapping[str, str]) -> PostgrestDatabase:
    settings = SupabaseSettings.load(_project(environ) if environ.get("SUPABASE_URL") else _local(environ))
    return PostgrestDatabase(settings, new_client(settings, tls=tls_context()))


def _project(environ: Mapping[str, str]) -> dict[str, str]:
    """The anonymous key is not needed here, and so is not asked for."""
    key = environ.get("SUPABASE_SERVICE_ROLE_KEY", "")
    return {"SUPABASE_URL": environ["SUPABASE_URL"], "SUPABASE_SERVICE_ROLE_KEY": key, "SUPABASE_ANON_KEY": key}


def _local(environ: Mapping[str, str]) -> dict[str, str]:
    """The running stack of this checkout; without its secrets there has been none."""
    secrets = DataFolder.from_environ(environ).secrets
    if not secrets.exists():
        raise SettingsInvalid("There is no local stack: start it with `make up`, or set SUPABASE_URL.")
    key = token_keys(Keyring.load_or_create(secrets)).role_token("service_role")
    address = f"http://{HOST}:{Ports.from_environ(environ).postgrest}"
    return {
        "SUPABASE_URL": address,
        "SUPABASE_REST_URL": address,
        "SUPABASE_SERVICE_ROLE_KEY": key,
        "SUPABASE_ANON_KEY": key,
    }


if __name__ == "__main__":
    sys.exit(main())

"""`make staff PHONE=… ROLE=…`: give a person a role on the operations page; `ROLE=user` revokes it.

Works on the backend of the environment, else on the local stack. The service key is the permission: used to create
the first administrator.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import get_args

from auto360.container.staff import team
from auto360.core import phone
from auto360.core.errors import PhoneInvalid, SettingsInvalid
from auto360.domains.staff.sessions import Role
from auto360.domains.staff.team import RequestOrigin
from auto360.providers.database import DatabaseUnavailable
from local.errors import StackError
from tools.environment import NoStack, use_local_stack_unless_told


def main(arguments: list[str] | None = None) -> int:
    """Appoint one person."""
    parser = argparse.ArgumentParser(prog="make staff", description="Give a person a role on the operations page.")
    parser.add_argument("phone", help="the person's phone, such as +996700123456")
    parser.add_argument("role", choices=(*get_args(Role), "user"))
    chosen = parser.parse_args(arguments)
    try:
        number = phone.normalise(chosen.phone)
        place = use_local_stack_unless_told()
        # Nothing is read as another user here, so the anonymous key is not needed.
        os.environ.setdefault("SUPABASE_ANON_KEY", os.environ.get("SUPABASE_SERVICE_ROLE_KEY", ""))
        done = team().appoint(None, number, role=chosen.role, origin=RequestOrigin("", "make staff"))
    except PhoneInvalid:
        print("PHONE is not a Kyrgyz mobile number, such as +996700123456.", file=sys.stderr)
    except (NoStack, StackError, SettingsInvalid) as error:
        print(error, file=sys.stderr)
    except DatabaseUnavailable:
        print("The database does not answer. Is `make up` running, with the same PORT?", file=sys.stderr)
    else:
        print(f"{number} on {place}: {done['before']} → {done['role']}")
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tools.schema <command>`: behind `make schema-dump`, `sql-stubs`, `sql-docs`, `client-types`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from infra.bytecode import node
from local.errors import StackError
from local.paths import CHECKOUT, MIGRATIONS
from tools.schema.catalogue import functions_of
from tools.schema.dump import schema_dump
from tools.schema.fresh import fresh_database
from tools.schema.page import PAGE, functions_page
from tools.schema.stubs import UnknownType, stub_modules, write_stubs

DATABASE_TYPE = CHECKOUT / "clients" / "typescript" / "database.mjs"


def main(arguments: list[str] | None = None) -> int:
    """Run one command on a temporary database; a failure is one sentence."""
    parser = argparse.ArgumentParser(prog="python -m tools.schema", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    dump = commands.add_parser("dump", help="write the normalised schema of a database from zero")
    dump.add_argument("--migrations", type=Path, default=MIGRATIONS)
    commands.add_parser("stubs", help="write the typed calls of SQL functions")
    commands.add_parser("docs", help="write docs/sql-functions.md")
    commands.add_parser("client", help="write supabase-js's type of the schema")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "dump":
            with fresh_database(chosen.migrations) as dsn:
                sys.stdout.write(schema_dump(dsn))
        elif chosen.command == "client":
            with fresh_database() as dsn:
                return subprocess.run([str(node()), str(DATABASE_TYPE), dsn], cwd=CHECKOUT, check=False).returncode
        else:
            with fresh_database() as dsn:
                functions = functions_of(dsn)
            if chosen.command == "stubs":
                write_stubs(stub_modules(functions))
            else:
                PAGE.write_text(functions_page(functions), encoding="utf-8")
    except (StackError, UnknownType) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

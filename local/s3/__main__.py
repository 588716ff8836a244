"""`python -m local.s3` serves the stores of a stack; its settings come in one variable."""

from __future__ import annotations

import json
import os
from pathlib import Path

from aiohttp import web

from local.ports import HOST
from local.s3.files import Buckets
from local.s3.notices import Notices
from local.s3.service import Account, S3Service
from local.s3.supabase_rows import SupabaseRows


def main() -> None:
    """Serve until stopped."""
    settings = json.loads(os.environ["AUTO360_S3"])
    buckets = Buckets(Path(settings["folder"]))
    accounts = {}
    for account in settings["accounts"]:
        for name in account["buckets"]:
            buckets.create(name)
        accounts[account["access_key"]] = Account(
            account["secret_key"], frozenset(account["buckets"]), is_storage=account.get("is_storage", False)
        )
    notices = Notices(settings["gateway"], settings["rows"])
    notices.start()
    rows = SupabaseRows(settings["database"], settings["rows"], settings["project_bytes"])
    service = S3Service(buckets, accounts, notices.take, rows if settings["database"] else None)
    web.run_app(service.application(), host=HOST, port=settings["port"], access_log=None, print=None)


if __name__ == "__main__":
    main()

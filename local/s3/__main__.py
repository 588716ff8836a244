"""`python -m local.s3` serves the stores of a stack; its settings come from the stack in one variable."""

from __future__ import annotations

import json
import os
from pathlib import Path

from aiohttp import web

from local.ports import HOST
from local.s3.files import Buckets
from local.s3.notices import Notices
from local.s3.service import Account, S3Service


def main() -> None:
    """Serve until the end is asked for."""
    settings = json.loads(os.environ["AUTO360_S3"])
    buckets = Buckets(Path(settings["folder"]))
    accounts = {}
    for account in settings["accounts"]:
        for name in account["buckets"]:
            buckets.create(name)
        accounts[account["access_key"]] = Account(
            account["secret_key"], frozenset(account["buckets"]), silent=account.get("silent", False)
        )
    notices = Notices(settings["gateway"], settings["database"], settings["rows"])
    notices.start()
    service = S3Service(buckets, accounts, notices.take)
    web.run_app(service.application(), host=HOST, port=settings["port"], access_log=None, print=None)


if __name__ == "__main__":
    main()

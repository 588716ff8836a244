"""`python -m local.supabase` serves the project of a stack; its settings come in one variable."""

from __future__ import annotations

import json
import os

from aiohttp import web

from local.ports import HOST
from local.processes import die_with_parent
from local.supabase.keys import ProjectKeys
from local.supabase.site import Project, application
from local.supabase.storage.files import Files


def main() -> None:
    """Serve until stopped."""
    die_with_parent()
    settings = json.loads(os.environ.pop("AUTO360_SUPABASE"))
    keys, files = ProjectKeys(**settings["keys"]), Files(**settings["files"])
    project = Project(keys, settings["postgrest"], settings["database"], files)
    web.run_app(application(project), host=HOST, port=settings["port"], access_log=None, print=None)


if __name__ == "__main__":
    main()

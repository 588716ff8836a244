"""`make video-reports`: list api.video's webhooks; ARGS="add URL" and ARGS="remove ID" change them.

Works on the local stack, or, with `API_VIDEO_KEY`, on an account at api.video.
"""

from __future__ import annotations

import argparse
import os
import sys

from auto360.container.video_providers import api_video_webhooks
from auto360.core.errors import SettingsInvalid
from auto360.providers.video import VideoFailure
from local.errors import StackError
from tools.environment import NoStack, use_local_stack_unless_told


def main(arguments: list[str] | None = None) -> int:
    """List, add or remove."""
    parser = argparse.ArgumentParser(prog="make video-reports", description="Manage the webhooks of api.video.")
    actions = parser.add_subparsers(dest="action")
    actions.add_parser("list", help="list every address (the default)")
    actions.add_parser("add", help="register an address; shows its secret once").add_argument(
        "url", help="https://<API>/webhooks/video/api-video"
    )
    actions.add_parser("remove", help="unregister an address").add_argument("id", help="as listed")
    chosen = parser.parse_args(arguments)
    try:
        if not os.environ.get("API_VIDEO_KEY"):
            use_local_stack_unless_told()
        _act(chosen)
    except (NoStack, StackError, SettingsInvalid) as error:
        print(error, file=sys.stderr)
    except VideoFailure as failure:
        print(f"api.video refused ({failure.provider_code}).", file=sys.stderr)
    else:
        return 0
    return 1


def _act(chosen: argparse.Namespace) -> None:
    webhooks = api_video_webhooks()
    if chosen.action == "add":
        added = webhooks.add(chosen.url)
        print(f"{added.id}  {added.url}")
        print(f"Put this into API_VIDEO_WEBHOOK_SECRET, after a comma where one is set already: {added.secret}")
    elif chosen.action == "remove":
        webhooks.remove(chosen.id)
        print(f"{chosen.id} is removed.")
    else:
        for known in webhooks.all():
            print(f"{known.id}  {known.url}")


if __name__ == "__main__":
    sys.exit(main())

"""Server that answers everything at once with the same page: measures the generator alone."""

from __future__ import annotations

import json
import sys
from typing import Any

from aiohttp import web

_ROW: dict[str, Any] = {
    "id": "00000000-0000-4000-8000-000000000000", "category": "car", "title": "Toyota Camry 2018, один хозяин",
    "price": 1950000.0, "currency": "KGS", "city": "Бишкек", "description": "Машина в родной краске. " * 12,
}  # fmt: skip
_DATA = {"listings": [_ROW] * 20, "next_cursor": "WyJ", "videoId": "v", "requestId": "r"}
_BODY = json.dumps({"success": True, "data": _DATA}, ensure_ascii=False).encode()


async def _answer(_request: web.Request) -> web.Response:
    headers = {"Server-Timing": "function;dur=0.0", "X-Cold-Start": "0"}
    return web.Response(body=_BODY, content_type="application/json", headers=headers)


def main(port: int) -> None:
    """Serve until a signal."""
    site = web.Application()
    site.router.add_route("*", "/{path:.*}", _answer)
    web.run_app(site, host="127.0.0.1", port=port, access_log=None, print=None, backlog=4096)


if __name__ == "__main__":
    main(int(sys.argv[1]))

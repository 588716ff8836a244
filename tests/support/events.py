"""Recorded events of both clouds, filled in for a request."""

import base64
import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parents[1] / "events"
HTTP_EVENTS = ("yandex_gateway_1_0", "yandex_gateway_0_1", "aws_rest")


def recorded(name: str) -> dict[str, Any]:
    """Return a recorded event as it is."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def recorded_http(name: str, method: str, path: str, *, body: str = "", token: str = "") -> dict[str, Any]:
    """Return a recorded HTTP event with method, path, body and bearer token put in."""
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    encoded = base64.b64encode(body.encode()).decode()
    for mark, value in {"METHOD": method, "PATH": path, "BASE64": encoded, "BODY": body}.items():
        text = text.replace(f'"{mark}', '"' + json.dumps(value)[1:-1]).replace(f"prod{mark}", f"prod{value}")
    authorization = f"Bearer {token}" if token else ""
    event: dict[str, Any] = json.loads(text.replace("TOKEN", authorization))
    return event

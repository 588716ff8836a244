"""Plugin of pytest: writes the outcome of each test, and its answers over HTTP, to ANSWERS_FILE.

An answer is method, path, status and the form of its body: numbers, ids and times differ between runs. Independent of
the repository, so that it records older commits as well.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

_VARYING = re.compile(r"[^/]*\d[^/]*")
_found: dict[str, dict[str, Any]] = {}


def form_of(value: Any) -> Any:
    """Return a JSON value with its types instead of its values; of a list its first element."""
    if isinstance(value, dict):
        return {key: form_of(each) for key, each in sorted(value.items())}
    if isinstance(value, list):
        return [form_of(value[0])] if value else []
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def described(response: httpx.Response) -> str:
    """Return an answer as a line, the same in every run."""
    path = _VARYING.sub("…", urlsplit(str(response.request.url)).path)
    line = f"{response.request.method} {path} {response.status_code}"
    try:
        return f"{line} {json.dumps(form_of(response.json()))}"
    except (ValueError, RecursionError, httpx.StreamError):
        return line


@pytest.fixture(autouse=True)
def _answers_are_recorded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    answers: set[str] = set()
    send = httpx.Client.send

    def recording(client: httpx.Client, outgoing: httpx.Request, **options: Any) -> httpx.Response:
        response = send(client, outgoing, **options)
        answers.add(described(response))
        return response

    monkeypatch.setattr(httpx.Client, "send", recording)
    yield
    _found.setdefault(request.node.nodeid, {"outcome": "unknown"})["answers"] = sorted(answers)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Note the outcome; a failed setup counts as one."""
    report = yield
    if call.when == "call" or report.outcome != "passed":
        _found.setdefault(item.nodeid, {"answers": []})["outcome"] = report.outcome
    return report


def pytest_sessionfinish() -> None:
    """Write the outcomes."""
    text = json.dumps(_found, ensure_ascii=False, indent=1, sort_keys=True)
    Path(os.environ["ANSWERS_FILE"]).write_text(text + "\n", encoding="utf-8")

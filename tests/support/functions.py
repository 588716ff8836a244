"""Functions called as a cloud calls them: through the event, in this process, against the test's own database."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest

import auto360.container
from tests.support.cache_headers import fault
from tests.support.database import Database
from tests.support.declared import undeclared

ROOT = Path(__file__).parents[2]
ADDRESS = "198.51.100.7"
_CONTAINER = [f"{auto360.container.__name__}.{module.name}" for module in iter_modules(auto360.container.__path__)]


@dataclass(frozen=True)
class Answer:
    """Response of a function."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def code(self) -> str | None:
        """Return the error code, if it is a failure."""
        return self.body.get("code")


@dataclass
class Functions:
    """Calls functions by name; `environ` is what they see."""

    environ: dict[str, str]
    monkeypatch: pytest.MonkeyPatch
    modules: dict[str, ModuleType] = field(default_factory=dict)

    def set(self, **variables: str) -> None:
        """Change variables, as a new deployment would."""
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        forget_container()

    def handler(self, name: str) -> Callable[[Any, Any], dict[str, Any]]:
        """Return the handler of a function, its module loaded once under a name of its own."""
        return load_handler(name)

    def raw(self, name: str, event: Mapping[str, Any]) -> Answer:
        """Call a function with a whole event."""
        answer = self.handler(name)(dict(event), None)
        json.dumps(answer)
        headers = {key: values[0] for key, values in answer["multiValueHeaders"].items()}
        body = json.loads(answer["body"], parse_constant=_no_json) if answer["body"] else {}
        code = body.get("code") if isinstance(body, dict) and body.get("success") is False else None
        assert undeclared(name, event, answer["statusCode"], code) is None, f"{name} does not declare {code}"
        assert fault(event, answer) is None, fault(event, answer)
        return Answer(answer["statusCode"], headers, body)

    def post(self, name: str, path: str, body: object = None, **options: Any) -> Answer:
        """POST JSON."""
        return self.raw(name, http_event("POST", path, body, **options))

    def get(self, name: str, path: str, **options: Any) -> Answer:
        """GET."""
        return self.raw(name, http_event("GET", path, **options))


def _no_json(constant: str) -> None:
    """Python reads what no browser reads."""
    raise AssertionError(f"an answer holds {constant}, which is no JSON")


def http_event(
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    address: str = ADDRESS,
    query: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a request as Yandex's gateway sends it with payload format 1.0."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    text = body if isinstance(body, str) else json.dumps(body) if body is not None else ""
    return {
        "version": "1.0",
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(query or {}),
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()},
        "pathParameters": {},
        "requestContext": {
            "identity": {"sourceIp": address, "userAgent": "okhttp/4"},
            "httpMethod": method,
            "requestId": "req-1",
        },
        "body": text,
        "isBase64Encoded": False,
    }


def load_handler(name: str) -> Callable[[Any, Any], dict[str, Any]]:
    """Return the handler of a function folder.

    Twenty files are called handler.py, so each gets a module name of its own.
    """
    module_name = f"function_{name}"
    if module_name not in sys.modules:
        path = ROOT / "functions" / name / "handler.py"
        spec = importlib.util.spec_from_file_location(module_name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        spec.loader.exec_module(module)
    handler: Callable[[Any, Any], dict[str, Any]] = sys.modules[module_name].handler
    return handler


def forget_container() -> None:
    """Drop everything that the container has built, so that the next call reads the environment anew."""
    for name in _CONTAINER:
        if name in sys.modules:
            for value in vars(sys.modules[name]).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


@pytest.fixture
def functions(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    """Yield the functions, wired to this test process's database; no provider answers unless a test starts one."""
    environ = database.environ
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    forget_container()
    yield Functions(environ, monkeypatch)
    forget_container()

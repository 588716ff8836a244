"""OpenAPI document of the whole API: what every function says of its routes, brought into one document.

Routes, bodies and answers come from the functions' own models through the router. What the router cannot know is added:
the sentence of each route, who must be signed in, and which refusals a function can give (`infra.error_codes`).
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Route
from aws_lambda_powertools.event_handler.depends import Depends
from pydantic import BaseModel

from infra.artifact import FUNCTIONS, ROOT
from infra.error_codes import refusals_of
from infra.schemas import merged, pruned
from infra.template import PAGES
from local.gateway.template import FunctionSpec

Json = dict[str, Any]

_DESCRIPTION = (
    'A success is `{"success": true, "data": …}`. A failure is `Failure`, with a code from docs/errors.md. Every route'
    " below `/api` also answers below `/`, `/api/v1` and `/api/api` (docs/decisions/0003). HEAD is"
    " answered wherever GET is, as GET without a body."
)
_FAILURE: Json = {
    "type": "object",
    "title": "Failure",
    "description": "Refusal: `code` is for the program, `error` is a sentence for a person.",
    "properties": {
        "success": {"const": False},
        "error": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "retryAfter": {"type": "integer", "description": "Seconds to wait before a retry."},
        "details": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                "required": ["field", "message"],
            },
        },
    },
    "required": ["success", "error", "code", "request_id"],
}
_BEARER: Json = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
_REFUSED = {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}


def build_document(functions: tuple[FunctionSpec, ...]) -> Json:
    """Return the document of these functions' routes, in a stable order; pages for people are no part of the API."""
    parts = {spec.name: _part(spec) for spec in functions if spec.routes and not serves_pages(spec)}
    schemas, renamed = merged({name: part["components"]["schemas"] for name, part in parts.items()})
    paths: Json = {}
    for name in sorted(parts):
        for path, operations in renamed(name, parts[name]["paths"]).items():
            paths.setdefault(path, {}).update(operations)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    document: Json = {
        "openapi": "3.1.0",
        "info": {"title": "360Auto API", "version": version, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": {path: dict(sorted(paths[path].items())) for path in sorted(paths)},
        "components": {
            "schemas": {**schemas, "Failure": _FAILURE},
            "responses": {name: each for part in sorted(parts) for _, name, each in _refusals(part)},
            "securitySchemes": {"bearer": _BEARER},
        },
    }
    return pruned(document)


def serves_pages(spec: FunctionSpec) -> bool:
    """Return True when a function answers with pages for people."""
    return all(route.path.startswith(PAGES) for route in spec.routes)


def to_text(document: Json) -> str:
    """Return the document as it is kept in the repository."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def load_app(name: str) -> APIGatewayRestResolver:
    """Return the router of a function."""
    module_name = f"openapi_of_{name}"
    if module_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(module_name, FUNCTIONS / name / "handler.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(name)
        module = importlib.util.module_from_spec(spec)
        sys.modules[module_name] = module
        spec.loader.exec_module(module)
    app: APIGatewayRestResolver = sys.modules[module_name].app
    return app


def _part(spec: FunctionSpec) -> Json:
    app = load_app(spec.name)
    part: Json = json.loads(app.get_openapi_json_schema(title=spec.name, version="1"))
    part.setdefault("components", {}).setdefault("schemas", {})
    for route in (*app._static_routes, *app._dynamic_routes):  # noqa: SLF001 - the router shows its routes no other way
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        _complete(part["paths"][path][route.method.lower()], route, spec)
    return part


def _complete(operation: Json, route: Route, spec: FunctionSpec) -> None:
    """Say of a route what the router could not."""
    doc = inspect.getdoc(route.func) or ""
    operation["summary"], _, rest = doc.partition("\n\n")
    if rest:
        operation["description"] = rest
    operation["operationId"] = f"{spec.name}_{route.func.__name__}"
    operation["tags"] = [spec.name]
    _expand_query(operation, route.func)
    dependencies = list(_dependencies(route.func))
    signed_in = [_needs_token(each) for each in dependencies]
    if any(signed_in):
        operation["security"] = [{"bearer": []}]
    elif any(each.__name__ == "_maybe_signed_in" for each in dependencies):
        operation["security"] = [{}, {"bearer": []}]
    has_own_form = inspect.signature(route.func).return_annotation == Response[str]
    if any(each.__name__ == "_raw_body" for each in dependencies) or (has_own_form and route.method == "POST"):
        operation["requestBody"] = {"content": {"*/*": {"schema": {}}}}
    if any("shared." in middleware.__qualname__ for middleware in route.middlewares):
        operation["responses"]["304"] = {"description": "Not modified (`If-None-Match`)."}
    successes = {status: each for status, each in operation["responses"].items() if status[0] in "23"}
    refused = {status: {"$ref": f"#/components/responses/{name}"} for status, name, _ in _refusals(spec.name)}
    if has_own_form:
        # A bank is answered as it wants it, a page is a page.
        refused = {status: {"description": "Refused, not in the envelope."} for status in refused}
        successes = {status: {"description": "Success, not in the envelope."} for status in successes}
    operation["responses"] = dict(sorted({**refused, **successes}.items()))


def _refusals(function: str) -> Iterator[tuple[str, str, Json]]:
    """Status, name and description of every refusal that a function can give."""
    for status, codes in refusals_of(function).items():
        name = "".join(word.capitalize() for word in function.split("_")) + str(status)
        told = ", ".join(f"`{code}`" for code in codes)
        yield str(status), name, {"description": f"Refused: {told}.", "content": _REFUSED}


def _dependencies(func: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    for parameter in inspect.signature(func).parameters.values():
        if get_origin(parameter.annotation) is Annotated:
            for mark in get_args(parameter.annotation)[1:]:
                if isinstance(mark, Depends):
                    yield mark.dependency


def _needs_token(dependency: Callable[..., Any]) -> bool:
    """Return True for a dependency that refuses callers without a token."""
    return "principal_of" in dependency.__code__.co_names and dependency.__name__ != "_maybe_signed_in"


def _expand_query(operation: Json, func: Callable[..., Any]) -> None:
    """Give parameters from a model the model's own schemas; the router types them all as text."""
    properties: dict[str, Mapping[str, Any]] = {}
    required: set[str] = set()
    for parameter in inspect.signature(func).parameters.values():
        kinds = get_args(parameter.annotation) if get_origin(parameter.annotation) is Annotated else ()
        if kinds and isinstance(kinds[0], type) and issubclass(kinds[0], BaseModel):
            schema = kinds[0].model_json_schema()
            properties |= schema.get("properties", {})
            required |= set(schema.get("required", ()))
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            if parameter["name"] in properties:
                parameter["schema"] = dict(properties[parameter["name"]])
                parameter["required"] = parameter["name"] in required
            parameter["schema"] = _without_null(parameter["schema"])


def _without_null(schema: Json) -> Json:
    """Drop null from a query's schema; `required` says what may be absent."""
    others = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) != 1 or len(others) == len(schema.get("anyOf", ())):
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**rest, **others[0]}

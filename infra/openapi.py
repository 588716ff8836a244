"""OpenAPI document of the whole API: routes and models of every function in one document.

Routes, bodies and answers come from the functions' own models through the router. Added here:
the sentence of each route, and its declarations of sign-in and refusals (`auto360.http.declarations`).
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, get_args, get_origin

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Route
from pydantic import BaseModel

from auto360.core.errors import (
    DomainError,
    Internal,
    InvalidJson,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    ServiceUnavailable,
    ValidationFailed,
)
from auto360.http.declarations import Declares, declared
from infra.artifact import FUNCTIONS, ROOT
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
# Answers of the gateway, of the top-level error handler and of database failures.
EVERYWHERE = (Internal, MethodNotAllowed, NotFound, PayloadTooLarge, ServiceUnavailable)
_BEARER: Json = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
_ALONE = re.compile(r"Refused: `(\w+)`\.")
_REFUSED = {"application/json": {"schema": {"$ref": "#/components/schemas/Failure"}}}


def build_document(functions: tuple[FunctionSpec, ...]) -> Json:
    """Return the document of these functions' routes, in a stable order; HTML pages are not part of the API."""
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
            "responses": _share_refusals(paths),
            "securitySchemes": {"bearer": _BEARER},
        },
    }
    return pruned(document)


def _share_refusals(paths: Json) -> Json:
    """Move refusals with one code, which many operations share, to one place; returns them by name."""
    shared: Json = {}
    for operation in (each for operations in paths.values() for each in operations.values()):
        for status, response in operation["responses"].items():
            alone = _ALONE.fullmatch(response["description"])
            if alone and "content" in response:
                name = "".join(word.capitalize() for word in alone[1].split("_"))
                shared[name] = response
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    return dict(sorted(shared.items()))


def serves_pages(spec: FunctionSpec) -> bool:
    """Return True when a function answers with HTML pages."""
    return all(route.path.startswith(PAGES) for route in spec.routes)


def to_text(document: Json) -> str:
    """Return the document in the form of the repository's file."""
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
    """Add refusals, sign-in and summary to a route."""
    doc = inspect.getdoc(route.func) or ""
    operation["summary"], _, rest = doc.partition("\n\n")
    if rest:
        operation["description"] = rest
    operation["operationId"] = f"{spec.name}_{route.func.__name__}"
    operation["tags"] = [spec.name]
    _expand_query(operation, route.func)
    marks = list(marks_of(route))
    signed_in = {mark.signed_in for mark in marks}
    if signed_in & {"required", "optional"}:
        operation["security"] = [{"bearer": []}] if "required" in signed_in else [{}, {"bearer": []}]
    answers_in_own_form = inspect.signature(route.func).return_annotation == Response[str]
    if any(mark.takes_any_body for mark in marks):
        operation["requestBody"] = {"content": {"*/*": {"schema": {}}}}
    if any(mark.answers_not_modified for mark in marks):
        operation["responses"]["304"] = {"description": "Not modified (`If-None-Match`)."}
    successes = {status: each for status, each in operation["responses"].items() if status[0] in "23"}
    refused = {str(status): _refused(codes) for status, codes in _codes(operation, marks).items()}
    own_statuses = {str(status) for mark in marks for status in mark.statuses}
    if own_statuses:
        # Answer in the bank's form.
        refused = {status: {"description": "Refused, not in the envelope."} for status in {*refused, *own_statuses}}
    if answers_in_own_form:
        successes = {status: {"description": "Success, not in the envelope."} for status in successes}
    operation["responses"] = dict(sorted({**refused, **successes}.items()))


def declared_refusals(route: Route) -> set[type[DomainError]]:
    """Return the refusals that a route declares, with its parameter types and its middleware."""
    return {refusal for mark in marks_of(route) for refusal in mark.refusals}


def marks_of(route: Route) -> Iterator[Declares]:
    """Yield the declarations of a route, its middleware and its parameter types."""
    yield declared(route.func)
    yield from (declared(middleware) for middleware in route.middlewares)
    for parameter in inspect.signature(route.func).parameters.values():
        if get_origin(parameter.annotation) is Annotated:
            yield from (mark for mark in get_args(parameter.annotation)[1:] if isinstance(mark, Declares))


def _codes(operation: Json, marks: Sequence[Declares]) -> dict[int, list[str]]:
    """Return the codes of an operation by status: declared ones, those of every route, and those of its input."""
    refusals: set[type[DomainError]] = {*EVERYWHERE, *(refusal for mark in marks for refusal in mark.refusals)}
    if "requestBody" in operation and not any(mark.takes_any_body for mark in marks):
        refusals |= {InvalidJson, ValidationFailed}
    if operation.get("parameters"):
        refusals.add(ValidationFailed)
    by_status: dict[int, list[str]] = {}
    for refusal in sorted(refusals, key=lambda each: (each.status, each.code)):
        by_status.setdefault(refusal.status, []).append(refusal.code)
    return by_status


def _refused(codes: Sequence[str]) -> Json:
    told = ", ".join(f"`{code}`" for code in codes)
    return {"description": f"Refused: {told}.", "content": _REFUSED}


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
    """Drop null from a query's schema; `required` marks optional parameters."""
    others = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) != 1 or len(others) == len(schema.get("anyOf", ())):
        return schema
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return {**rest, **others[0]}

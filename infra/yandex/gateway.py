"""Gateway specification: the template's routes as the OpenAPI document describes them, under all their addresses.

Yandex passes only declared path parameters. Bodies and responses are checked by the functions, which refuse in the
API's own envelope; so the specification stays small, far from the limit of 3.5 MB.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.stage import Roof
from infra.template import PAGES
from infra.yandex.rules import RuleError, check_path, check_query, path_parameters
from local.gateway.template import Template

Json = dict[str, Any]
# This variable selects other versions for the gateway's canary share.
TAG_VARIABLE = "tag"
LIVE, CANARY = "live", "canary"
NO_ROOF = Roof()


def gateway_specification(
    document: Mapping[str, Any],
    template: Template,
    *,
    title: str,
    functions: Mapping[str, str],
    account: str,
    security_profile: str = "",
    roof: Roof = NO_ROOF,
) -> Json:
    """Return the specification. `functions` are ids by name, `account` is the service account that may call them.

    An operation's limit applies to each of its addresses. Raises RuleError for values that the cloud refuses, and for
    an outdated document.
    """
    routes = {(route.method, route.path): spec.name for spec in template.functions for route in spec.routes}
    described = {
        (method.upper(), path): operation
        for path, each in document["paths"].items()
        for method, operation in each.items()
    }
    _check_document(set(described), set(routes))
    _check_roof(roof, {f"{method} {path}" for method, path in routes})
    paths: Json = {}
    for (method, path), name in sorted(routes.items(), key=lambda item: (item[0][1], item[0][0])):
        for address in addresses(path, template):
            check_path(address)
            own = paths.setdefault(address, {})
            # Browsers send preflights; the function has the list of allowed origins.
            own.setdefault("options", _about("preflight", address, functions[name], account))
            if method == "GET":
                own["head"] = _about(f"{name}_head", address, functions[name], account)
            operation = described.get((method, path), {"operationId": f"{name}_{method.lower()}"})
            own[method.lower()] = _operation(operation, address, functions[name], account)
            own[method.lower()] |= _limited("x-yc-apigateway-rate-limit", roof.operations.get(f"{method} {path}", 0))
    return {
        "openapi": "3.0.0",
        "info": {"title": title, "version": document["info"]["version"]},
        "x-yc-apigateway": {
            "variables": {
                TAG_VARIABLE: {"default": LIVE, "description": "Which versions are called.", "enum": [LIVE, CANARY]}
            },
            "cors": {"origin": False},
            **_limited("rateLimit", roof.requests_per_second),
            **({"smartWebSecurity": {"securityProfileId": security_profile}} if security_profile else {}),
        },
        "paths": paths,
    }


def _check_document(described: set[tuple[str, str]], listed: set[tuple[str, str]]) -> None:
    """Raise RuleError unless the document has every route of the template; HTML pages may be missing."""
    missing = {(method, path) for method, path in listed - described if not path.startswith(PAGES)}
    odd = sorted(missing | (described - listed))
    if odd:
        raise RuleError(f"docs/openapi.json does not match the template ({' '.join(odd[0])}): `make openapi`.")


def _check_roof(roof: Roof, routes: set[str]) -> None:
    for operation, limit in roof.operations.items():
        if operation not in routes:
            raise RuleError(f"The stage sets a roof for {operation!r}, a route that the template lacks.")
        if "+}" in operation:
            raise RuleError(f"{operation} is greedy, and the cloud limits no greedy path.")
        if limit < 1:
            raise RuleError(f"The roof of {operation} must be above 0.")


def _limited(name: str, requests_per_second: int) -> Json:
    return {name: {"allRequests": {"rps": requests_per_second}}} if requests_per_second else {}


def addresses(path: str, template: Template) -> list[str]:
    """Return a path, and the other addresses of the same route (docs/decisions/0003)."""
    others = [
        other + path.removeprefix(prefix)
        for prefix, prefixes in template.aliases.items()
        if path.startswith(prefix + "/")
        for other in prefixes
    ]
    return [path, *others]


def _operation(operation: Mapping[str, Any], address: str, function: str, account: str) -> Json:
    check_query((each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"), path=address)
    summary = {"summary": operation["summary"]} if "summary" in operation else {}
    return {
        **summary,
        "operationId": _unique(operation["operationId"], address),
        **_led_to(address, function, account),
    }


def _about(name: str, address: str, function: str, account: str) -> Json:
    """Return OPTIONS and HEAD, which the document lacks: the function answers both."""
    return {"operationId": _unique(name, address), **_led_to(address, function, account)}


def _led_to(address: str, function: str, account: str) -> Json:
    return {
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in path_parameters(address)
        ],
        "responses": {"default": {"description": "The function's answer."}},
        "x-yc-apigateway-integration": {
            "type": "cloud_functions",
            "function_id": function,
            "tag": f"${{var.{TAG_VARIABLE}}}",
            "service_account_id": account,
            "payload_format_version": "1.0",
        },
    }


def _unique(name: str, address: str) -> str:
    """Return a unique operation name for each address of the same operation."""
    return name + "".join(f"_{part}" for part in address.replace("{", "").replace("}", "").strip("/").split("/"))

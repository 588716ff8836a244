"""Packages whose own module runs only when an unlisted name is read from them.

`aws_lambda_powertools` imports every resolver and every kind of event with each part of it, and asyncio with them
(docs/decisions/0155). tests/artifacts/test_artifacts.py limits the modules of each function.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from functools import partial
from importlib.abc import Loader
from types import ModuleType
from typing import Any

_POWERTOOLS = "aws_lambda_powertools"
# Names that a package's own module would export, by their submodule.
_GIVEN: Mapping[str, Mapping[str, str]] = {
    _POWERTOOLS: {"Logger": "logging"},
    f"{_POWERTOOLS}.event_handler": {
        "APIGatewayRestResolver": "api_gateway",
        "ApiGatewayResolver": "api_gateway",
        "Response": "api_gateway",
        "Request": "request",
    },
    f"{_POWERTOOLS}.utilities.data_classes": {
        "ALBEvent": "alb_event",
        "APIGatewayProxyEvent": "api_gateway_proxy_event",
        "APIGatewayProxyEventV2": "api_gateway_proxy_event",
        "BedrockAgentEvent": "bedrock_agent_event",
        "LambdaFunctionUrlEvent": "lambda_function_url_event",
        "VPCLatticeEvent": "vpc_lattice",
        "VPCLatticeEventV2": "vpc_lattice",
    },
    "importlib.metadata": {},
}
# Imported but never called: pydantic looks for plugins with this function, and plugins are switched off.
_UNCALLED = {"importlib.metadata": "entry_points"}


def open_lazily() -> None:
    """Import these packages without their unused parts; idempotent."""
    for package, given in _GIVEN.items():
        if package not in sys.modules:
            _open(package, given)


def _open(name: str, given: Mapping[str, str]) -> None:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        return
    loader, module = spec.loader, importlib.util.module_from_spec(spec)

    def read(attribute: str) -> Any:
        """Return a name of a listed submodule, or the submodule; for anything else run the package's own module."""
        if attribute in given:
            found = getattr(importlib.import_module(f"{name}.{given[attribute]}"), attribute)
            setattr(module, attribute, found)
            return found
        if attribute == _UNCALLED.get(name):
            return partial(_call, module, loader, attribute)
        if attribute.startswith("__"):
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        if importlib.util.find_spec(f"{name}.{attribute}") is not None:
            return importlib.import_module(f"{name}.{attribute}")
        return getattr(_run(module, loader), attribute)

    vars(module)["__getattr__"] = read
    _enter(name, module)


def _run(module: ModuleType, loader: Loader) -> ModuleType:
    """Run a package's own module, once."""
    if vars(module).pop("__getattr__", None) is not None:
        loader.exec_module(module)
    return module


def _call(module: ModuleType, loader: Loader, function: str, *values: Any, **named: Any) -> Any:
    return getattr(_run(module, loader), function)(*values, **named)


def _enter(name: str, module: ModuleType) -> None:
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(importlib.import_module(parent), child, module)

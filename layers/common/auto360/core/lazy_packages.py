"""Packages whose own module runs only when an unlisted name is read from them.

`aws_lambda_powertools` imports every resolver and every kind of event with each part of it, and asyncio with them;
`jwt` a client of key servers, email and HTTP, and all of X.509 (docs/decisions/0155). tests/artifacts/test_artifacts.py
limits the modules of each function.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    # It brings importlib.resources, tempfile and three kinds of compression with it.
    from importlib.abc import Loader

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
    "cryptography.x509": {},
    "importlib.metadata": {},
    "jwt": {
        "PyJWK": "api_jwk",
        "PyJWTError": "exceptions",
        "decode": "api_jwt",
        "encode": "api_jwt",
        "get_unverified_header": "api_jws",
    },
    "phonenumbers": {
        "NumberParseException": "phonenumberutil",
        "PhoneNumberFormat": "phonenumberutil",
        "PhoneNumberType": "phonenumberutil",
        "format_number": "phonenumberutil",
        "number_type": "phonenumberutil",
        "parse": "phonenumberutil",
    },
}
# Imported but never called: pydantic looks for plugins with this function, and plugins are switched off.
_UNCALLED = {"importlib.metadata": "entry_points"}


def open_lazily() -> None:
    """Import these packages without their unused parts; idempotent."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Finds these packages where Python does, and delays their own modules."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in _GIVEN:
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = cast("Loader", _Delayed(spec.loader, _GIVEN[name]))
        return spec


class _Delayed:
    """Loader of a package that runs its own module for names that no table lists."""

    def __init__(self, loader: Loader, given: Mapping[str, str]) -> None:
        self._loader, self._given = loader, given

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        vars(module)["__getattr__"] = partial(self._read, module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def _read(self, module: ModuleType, attribute: str) -> Any:
        """Return a name of a listed submodule, or the submodule; for anything else run the package's own module."""
        name = module.__name__
        if attribute in self._given:
            found = getattr(importlib.import_module(f"{name}.{self._given[attribute]}"), attribute)
            setattr(module, attribute, found)
            return found
        if attribute == _UNCALLED.get(name):
            return partial(self._call, module, attribute)
        if attribute.startswith("__"):
            raise AttributeError(f"module {name!r} has no attribute {attribute!r}")
        if importlib.util.find_spec(f"{name}.{attribute}") is not None:
            return importlib.import_module(f"{name}.{attribute}")
        return getattr(self._run(module), attribute)

    def _run(self, module: ModuleType) -> ModuleType:
        """Run a package's own module, once."""
        if vars(module).pop("__getattr__", None) is not None:
            self._loader.exec_module(module)
        return module

    def _call(self, module: ModuleType, function: str, *values: Any, **named: Any) -> Any:
        return getattr(self._run(module), function)(*values, **named)

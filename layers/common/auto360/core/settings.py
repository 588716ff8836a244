"""Settings: small frozen models, loaded on demand from any mapping, never at import time.

A field's environment variable is its name in capitals. Secrets have no default. A missing or unusable variable is a
start-up error that names it and never shows its value.
"""

import os
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from auto360.core.errors import SettingsInvalid

# strict: codes of six digits, tokens of an hour that are refreshed. shops, for the app in the shops: codes of
# four digits, tokens of 30 days (docs/decisions/0103).
AppProfile = Literal["strict", "shops"]


class EnvSettings(BaseModel):
    """Base of a settings group."""

    # A model is built at its first load: a function imports more settings groups than it uses.
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the group from a mapping (`os.environ` by default). An empty value counts as absent.

        Raises SettingsInvalid, which names every variable at fault.
        """
        source = os.environ if environ is None else environ
        values: dict[str, Any] = {
            name: source[name.upper()] for name in cls.model_fields if source.get(name.upper(), "") != ""
        }
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsInvalid(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    problems = [
        f"{'.'.join(str(part) for part in item['loc']).upper() or 'settings'}: {item['msg']}"
        for item in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    return "Settings are not usable. " + "; ".join(sorted(problems))


class AppSettings(EnvSettings):
    """Settings of the runtime. `sentry_traces_rate` is the share of requests whose trace is sent, 0 to 1."""

    app_env: Literal["local", "test", "staging", "production"] = "production"
    allowed_origins: str = ""
    log_level: Literal["DEBUG", "INFO", "WARN", "ERROR"] = "INFO"
    slow_call_ms: int = Field(1000, ge=1)
    sentry_dsn: str = Field("", pattern=r"^(https?://[^@\s]+@\S+)?$")
    sentry_traces_rate: float = Field(0.0, ge=0, le=1)
    sentry_release: str = ""

    @property
    def origins(self) -> frozenset[str]:
        """Return browser origins that may call the API, compared exactly."""
        return frozenset(origin.strip() for origin in self.allowed_origins.split(",") if origin.strip())

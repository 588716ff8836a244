"""Settings, secrets and keys, checked without calls."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import get_args

from pydantic import SecretStr

from auto360.core.errors import SettingsInvalid
from auto360.core.settings import EnvSettings
from infra.artifact import LAYER, ROOT
from infra.doctor import Variables, Warn, Wrong, check

_MIN_CHARACTERS, _MIN_DIFFERENT = 16, 8
_OF_SECRETS = ("_KEY", "_KEYS", "_SECRET", "_SECRETS", "_PASSWORD", "_TOKEN")
_WORDS = ("changeme", "change-me", "password", "secret123", "example", "placeholder", "todo")
# Too short to search for: they would match everywhere.
_MIN_SEARCHED = 12


@check("settings", advice="Correct the variables that are named; docs/configuration.md describes their formats.")
def settings(variables: Variables) -> str:
    """Load every group of settings that the given variables complete."""
    loaded, faults = 0, []
    for group in settings_groups():
        required = [name.upper() for name, field in group.model_fields.items() if field.is_required()]
        if all(variables.get(name) for name in required):
            try:
                group.load(variables)
                loaded += 1
            except SettingsInvalid as error:
                faults.append(str(error).removeprefix("Settings are not usable. "))
    if faults:
        raise Wrong("; ".join(sorted(set(faults))))
    return f"{loaded} groups can be loaded"


@check(
    "app profile",
    needs=("JWT_ISSUER",),
    advice="Choose AppProfile strict once a build that refreshes tokens is in the shops (docs/decisions/0103).",
)
def app_profile(variables: Variables) -> str:
    """Return the app of the stage's profile, and its cost in safety."""
    if (variables.get("APP_PROFILE") or "strict") == "shops":
        raise Warn(
            "shops: codes of 4 digits, of which strangers may guess 0.86 in 10,000 per phone and day;"
            " a stolen token works for 30 days unless its session is ended"
        )
    return "strict: codes of 6 digits at least, tokens that are refreshed"


@check("weak secrets", advice="Make a new one with `openssl rand -base64 32` (docs/runbooks/rotate-secrets.md).")
def weak_secrets(variables: Variables) -> str:
    """Require secrets that are neither short, monotonous nor common words."""
    known = secrets_of(variables)
    weak = sorted(name for name, value in known.items() if _is_weak(value))
    if weak:
        raise Warn(f"{', '.join(weak)}: shorter than {_MIN_CHARACTERS} characters, monotonous or a known word")
    return f"{len(known)} secrets"


@check("secrets used twice", advice="Use a separate secret per purpose.")
def doubled_secrets(variables: Variables) -> str:
    """Require a different value for each secret."""
    by_value: dict[str, list[str]] = {}
    for name, value in secrets_of(variables).items():
        by_value.setdefault(value, []).append(name)
    doubled = sorted(" = ".join(sorted(names)) for names in by_value.values() if len(names) > 1)
    if doubled:
        raise Warn("; ".join(doubled))
    return "none"


@check("exposed secrets", advice="Remove it from the repository and rotate it at once: git history keeps it.")
def exposed_secrets(variables: Variables) -> str:
    """Require that no file in git contains a value of a secret, and that no `.env` is in git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)  # noqa: S607
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    found = {f"{path.name} is in git" for path in files if path.name == ".env" or path.name.endswith(".pem")}
    wanted = {name: value.encode() for name, value in secrets_of(variables).items() if len(value) >= _MIN_SEARCHED}
    for path in files:
        content = path.read_bytes() if path.is_file() else b""
        found |= {f"{name} in {path.relative_to(ROOT)}" for name, value in wanted.items() if value in content}
    if found:
        raise Wrong("; ".join(sorted(found)))
    return f"none in {len(files)} files"


@check(
    "public keys", needs=("JWT_PUBLIC_KEYS",), advice="Put only the public halves into JwtPublicKeys, each kid once."
)
def public_keys(variables: Variables) -> str:
    """Require that the JWKS holds public halves alone, with different ids."""
    keys = json.loads(variables["JWT_PUBLIC_KEYS"])["keys"]
    ids = [key.get("kid") for key in keys]
    if any("d" in key or key.get("kty") == "oct" for key in keys):
        raise Wrong("a private or symmetric key stands among the public ones")
    if None in ids or len(set(ids)) != len(ids):
        raise Wrong("a key has no kid, or two have the same")
    return f"{len(keys)} key{'' if len(keys) == 1 else 's'}"


def secrets_of(variables: Variables) -> dict[str, str]:
    """Keys, passwords and tokens among the variables; phones and addresses are secret as well, but grant no access."""
    names = {
        name.upper()
        for group in settings_groups()
        for name, field in group.model_fields.items()
        if SecretStr in (field.annotation, *_members(field.annotation))
    }
    return {name: variables[name] for name in sorted(names) if variables.get(name) and name.endswith(_OF_SECRETS)}


def _members(annotation: object) -> tuple[object, ...]:
    return get_args(annotation) if isinstance(annotation, UnionType) or get_args(annotation) else ()


@cache
def settings_groups() -> tuple[type[EnvSettings], ...]:
    """Return every group of settings of the package."""
    import importlib

    for path in sorted((LAYER / "auto360").rglob("*.py")):
        parts = path.relative_to(LAYER).with_suffix("").parts
        importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return tuple(sorted(_below(EnvSettings), key=lambda group: group.__qualname__))


def _below(group: type[EnvSettings]) -> Iterator[type[EnvSettings]]:
    for each in group.__subclasses__():
        if each.__module__.startswith("auto360."):
            yield each
            yield from _below(each)


def _is_weak(value: str) -> bool:
    is_known = any(word in value.lower() for word in _WORDS) and len(value) < 2 * _MIN_CHARACTERS
    return len(value) < _MIN_CHARACTERS or len(set(value)) < _MIN_DIFFERENT or is_known

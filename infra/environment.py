"""Size of a function's environment: names and values together, secrets included.

Yandex Cloud allows 4 KB for a version, and 4096 characters for one value (docs/reference/yandex-cloud.md,
section 1). The size of a
secret is known where it was set with `make secret`, which notes it beside the secret; otherwise it is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from infra.template import Variable, filled

MOST_BYTES = 4096
ASSUMED_BYTES = 128


def environment_bytes(
    variables: Iterable[Variable],
    parameters: Mapping[str, str | None],
    *,
    secret_bytes: Mapping[str, int] | None = None,
) -> int:
    """Bytes of all names and values; a parameter without a value counts as an assumed one, and so does a secret."""
    known = {name: "x" * ASSUMED_BYTES if value is None else value for name, value in parameters.items()}
    total = 0
    for variable in variables:
        if variable.secret is not None:
            size = (secret_bytes or {}).get(variable.secret, ASSUMED_BYTES)
        else:
            size = len(filled(variable.text, known, where=variable.name).encode())
        total += len(variable.name) + size if size else 0
    return total

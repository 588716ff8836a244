"""Files of the typed client match the OpenAPI document."""

from __future__ import annotations

import subprocess

from infra.bytecode import node
from local.paths import CHECKOUT


def test_the_clients_types_are_those_of_the_document() -> None:
    command = [str(node()), "clients/typescript/generate.mjs", "--check"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

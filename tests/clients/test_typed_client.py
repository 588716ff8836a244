"""Typed client in TypeScript, compiled here, against the running stack."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from infra.bytecode import node
from local.paths import CHECKOUT
from tests.support.people import new_phone
from tests.support.stack import RunningStack

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile the client and return its folder."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    compiler = CHECKOUT / "node_modules" / "typescript" / "bin" / "tsc"
    command = [str(node()), str(compiler), "-p", "clients/typescript", "--outDir", str(folder)]
    subprocess.run(command, cwd=CHECKOUT, check=True)
    return folder / "index.js"


def test_a_person_logs_in_stays_in_and_posts_once(stack: RunningStack, built: Path) -> None:
    script = CHECKOUT / "tests" / "clients" / "typed_client.mjs"
    phone = new_phone()
    command = [str(node()), str(script), str(built), stack.url, phone]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["wrong"], told["signedIn"], told["me"]["phone"]) == ("otp_invalid", True, phone)
    assert (told["again"], told["refreshed"]) == (True, True)
    assert told["listings"][0] == told["listings"][1]
    assert stack.rows("select count(*) from listings where id = %s", told["listings"][0]) == [(1,)]
    assert told["faulty"] == ["validation_failed", ["price"]]
    assert told["out"] == "authentication_required"

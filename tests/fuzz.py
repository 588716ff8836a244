"""`make fuzz`: random requests to a stack of its own (EXAMPLES, REQUESTS, SEED).

First from the OpenAPI document, signed in and not; then to what it does not describe well: forms of the operations
page, webhooks with right signatures, altered cursors.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.support.fuzz_scene import attack
from tests.support.fuzzing import UNLIMITED, fuzz, log_in
from tests.support.stack import start_stack


def main() -> int:
    """Start, fuzz twice, stop; the exit code is 0 where nothing was found."""
    examples, seed = int(os.environ.get("EXAMPLES", "50")), int(os.environ.get("SEED", "1"))
    requests = int(os.environ.get("REQUESTS", "20000"))
    with tempfile.TemporaryDirectory(prefix="auto360-fuzz-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        stack = start_stack(root / "data", root / "logs", at=None, **UNLIMITED)
        try:
            stack.wait_until_ready()
            failed = False
            token = log_in(stack)
            for name, shown in (("signed in", token), ("without a token", None)):
                print(f"— {name}, {examples} examples per operation, seed {seed}", flush=True)
                done = fuzz(stack.url, shown, examples=examples, seed=seed, folder=root)
                print(done.stdout[done.stdout.find("= FAILURES") - 40 :] if done.returncode else _summary(done.stdout))
                failed |= done.returncode != 0
            print(f"— forms, webhooks and cursors, {requests} requests, seed {seed}", flush=True)
            findings = attack(stack, token, requests=requests, seed=seed)
            print(findings.summary(), *findings.lines(), sep="\n")
            failed |= bool(findings.failures)
        finally:
            stack.stop()
            stack.kill()
    return int(failed)


def _summary(output: str) -> str:
    return output[max(0, output.find("= SUMMARY") - 40) :].strip()


if __name__ == "__main__":
    sys.exit(main())

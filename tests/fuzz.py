"""`make fuzz`: random requests from the OpenAPI document to a stack of its own, signed in and not (EXAMPLES, SEED)."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.support.fuzzing import UNLIMITED, fuzz, log_in
from tests.support.stack import start_stack


def main() -> int:
    """Start, fuzz twice, stop; the exit code is 0 where nothing was found."""
    examples, seed = int(os.environ.get("EXAMPLES", "50")), int(os.environ.get("SEED", "1"))
    with tempfile.TemporaryDirectory(prefix="auto360-fuzz-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        stack = start_stack(root / "data", root / "logs", at=None, **UNLIMITED)
        try:
            stack.wait_until_ready()
            failed = False
            for name, token in (("signed in", log_in(stack)), ("without a token", None)):
                print(f"— {name}, {examples} examples per operation, seed {seed}", flush=True)
                done = fuzz(stack.url, token, examples=examples, seed=seed, folder=root)
                print(done.stdout[done.stdout.find("= FAILURES") - 40 :] if done.returncode else _summary(done.stdout))
                failed |= done.returncode != 0
        finally:
            stack.stop()
            stack.kill()
    return int(failed)


def _summary(output: str) -> str:
    return output[max(0, output.find("= SUMMARY") - 40) :].strip()


if __name__ == "__main__":
    sys.exit(main())

"""Encoder in a child process per picture: bounded in time and memory, without secrets; it may crash.

A decoder of hostile files is assumed to be vulnerable: the child has no environment, opens no files and may write none.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from auto360.core.settings import EnvSettings
from auto360.providers.pictures import EncodedPicture, EncoderBroken, PictureRefused, Rendition, Target
from auto360.providers.pictures.child import MODULE, read_answer

# Out of memory inside a library, out of processor time, killed by the platform.
_TOO_HEAVY_SIGNALS = (-6, -9, -11, -24)


class EncoderLimits(EnvSettings):
    """Largest picture in bytes, and the limits of its child process."""

    picture_max_bytes: int = Field(15 * 1024 * 1024, ge=1)
    picture_memory_bytes: int = Field(768 * 1024 * 1024, ge=128 * 1024 * 1024)
    picture_seconds: int = Field(20, ge=1, le=300)


@dataclass(frozen=True)
class SandboxedEncoder:
    """`PictureEncoder` in child processes."""

    limits: EncoderLimits

    def encode(self, content: bytes, targets: Sequence[Target]) -> EncodedPicture:
        if len(content) > self.limits.picture_max_bytes:
            raise PictureRefused("too_large")
        request = json.dumps({"targets": [[one.side, one.format] for one in targets]}).encode() + b"\n" + content
        try:
            done = subprocess.run(  # noqa: S603 - our own module, with numbers as arguments
                [sys.executable, "-m", MODULE, str(self.limits.picture_memory_bytes), str(self.limits.picture_seconds)],
                input=request,
                capture_output=True,
                env=_environment(),
                # Twice the processor's time, since a busy machine may share it.
                timeout=self.limits.picture_seconds * 2,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise PictureRefused("too_heavy") from None
        except OSError as error:
            raise EncoderBroken(f"the encoder did not start: {error.strerror}") from None
        return _picture(done)


def _environment() -> dict[str, str]:
    """Return the variables that Python needs to start."""
    paths = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    libraries = os.environ.get("LD_LIBRARY_PATH")
    return {**paths, "LD_LIBRARY_PATH": libraries} if libraries else paths


def _picture(done: subprocess.CompletedProcess[bytes]) -> EncodedPicture:
    if done.returncode in _TOO_HEAVY_SIGNALS:
        raise PictureRefused("too_heavy")
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise EncoderBroken(f"the encoder ended with {done.returncode}: {last[:200]}")
    try:
        head, contents = read_answer(io.BytesIO(done.stdout))
        if "refused" in head:
            raise PictureRefused(head["refused"])
        return EncodedPicture(tuple(_renditions(head["outputs"], contents)), head["blurhash"], head["dhash"])
    except (ValueError, KeyError, TypeError):
        raise EncoderBroken("the encoder's answer is broken") from None


def _renditions(outputs: Sequence[Sequence[Any]], contents: bytes) -> list[Rendition]:
    found, start = [], 0
    for side, file_format, width, height, size in outputs:
        found.append(Rendition(side, file_format, width, height, contents[start : start + size]))
        start += size
    if start != len(contents):
        raise ValueError("sizes differ")
    return found

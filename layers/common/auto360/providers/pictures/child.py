"""Child process of `sandbox`: targets and bytes in, outputs back. Started with an empty environment.

Input: a JSON line `{"targets": [[side, format], …]}`, then the picture. Output: a JSON line, then the contents.
"""

import json
import resource
import sys
from collections.abc import Sequence
from typing import IO, Any

from auto360.providers.pictures import PictureRefused, Target

MODULE = __name__


def main(max_bytes: int, max_seconds: int) -> None:
    """Limit this process, then encode one picture."""
    source, result = sys.stdin.buffer, sys.stdout.buffer
    targets = [Target(side, file_format) for side, file_format in json.loads(source.readline())["targets"]]
    content = source.read()
    from auto360.providers.pictures.pillow import prepare

    prepare()
    resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (max_seconds, max_seconds))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    head, contents = _answer(content, targets)
    result.write(json.dumps(head).encode() + b"\n")
    for part in contents:
        result.write(part)
    result.flush()


def read_answer(source: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Return the head of an answer and the bytes behind it. Raises ValueError for a broken one."""
    head: dict[str, Any] = dict(json.loads(source.readline()))
    return head, source.read()


def _answer(content: bytes, targets: Sequence[Target]) -> tuple[dict[str, Any], list[bytes]]:
    from auto360.providers.pictures.pillow import render

    try:
        picture = render(content, targets)
    except PictureRefused as refused:
        return {"refused": refused.reason}, []
    except MemoryError:
        return {"refused": "too_heavy"}, []
    outputs = [[one.side, one.format, one.width, one.height, len(one.content)] for one in picture.renditions]
    head = {"outputs": outputs, "blurhash": picture.blurhash, "dhash": picture.dhash}
    return head, [one.content for one in picture.renditions]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

"""Byte streams: cut into equal pieces, and read ahead of their consumer."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from queue import Full, Queue
from threading import Event, Thread

_END = object()
_LOOK_SECONDS = 0.2


def cut(chunks: Iterable[bytes], size: int) -> Iterator[bytearray]:
    """Yield the same bytes in pieces of exactly `size`, the last one shorter. Keeps no piece after yielding it."""
    part = bytearray()
    for chunk in chunks:
        rest = memoryview(chunk)
        while len(part) + len(rest) >= size:
            taken = size - len(part)
            part += rest[:taken]
            rest = rest[taken:]
            full, part = [part], bytearray()
            yield full.pop()
        part += rest
    if part:
        yield part


def ahead(chunks: Iterable[bytes], *, depth: int) -> Iterator[bytes]:
    """Read in a separate thread, up to `depth` pieces ahead. Errors of the source are raised here."""
    queue: Queue[object] = Queue(depth)
    left = Event()

    def read() -> None:
        try:
            for chunk in chunks:
                if not _put(queue, chunk, left):
                    break
            _put(queue, _END, left)
        except BaseException as error:  # noqa: BLE001 - carried to the consumer
            _put(queue, error, left)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    reader = Thread(target=read, daemon=True)
    reader.start()
    try:
        while (item := queue.get()) is not _END:
            if isinstance(item, BaseException):
                raise item
            yield item  # type: ignore[misc]
    finally:
        left.set()
        reader.join()


def _put(queue: Queue[object], item: object, left: Event) -> bool:
    """Wait for room; False after the consumer has gone."""
    while not left.is_set():
        with suppress(Full):
            queue.put(item, timeout=_LOOK_SECONDS)
            return True
    return False

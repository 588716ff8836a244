"""Byte streams: cut into equal pieces, read ahead of their consumer, and passed through code that requires files."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from queue import Full, Queue
from threading import Event, Thread
from typing import Any

_END = object()
_LOOK_SECONDS = 0.2
_PIECE = 1024 * 1024


def cut(chunks: Iterable[bytes], size: int) -> Iterator[bytearray]:
    """Yield the same bytes in pieces of exactly `size`, the last one shorter. Holds no piece after yielding it."""
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
            _close(chunks)

    yield from _taken(queue, Thread(target=read, daemon=True), left)


def _taken(queue: Queue[object], worker: Thread, left: Event) -> Generator[Any, None, None]:
    """Start the worker and yield its pieces; the worker stops when its consumer does."""
    worker.start()
    try:
        while (item := queue.get()) is not _END:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        left.set()
        worker.join()


def _close(chunks: Iterable[bytes]) -> None:
    close = getattr(chunks, "close", None)
    if close is not None:
        close()


def _put(queue: Queue[object], item: object, left: Event) -> bool:
    """Wait for room; False after the consumer has gone."""
    while not left.is_set():
        with suppress(Full):
            queue.put(item, timeout=_LOOK_SECONDS)
            return True
    return False


class ReadableChunks:
    """Chunks as a readable file. An error of their source is kept in `error`, even if the reader hides it."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._chunk, self._at = b"", 0
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        """Return at most `size` bytes; empty at the end."""
        while not (data := self._chunk[self._at : self._at + size]):
            try:
                self._chunk, self._at = bytes(next(self._chunks)), 0
            except StopIteration:
                return b""
            except BaseException as error:
                self.error = error
                raise
        self._at += size
        return data


class WritableChunks:
    """File that passes written bytes on, about 1 MiB at a time: joining the pieces would cost more."""

    def __init__(self, give: Callable[[list[bytes]], None]) -> None:
        self._give = give
        self._waiting: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        """Take all of the data."""
        self._waiting.append(data)
        self._size += len(data)
        if self._size >= _PIECE:
            self.hand_on()
        return len(data)

    def flush(self) -> None:
        """Buffer small pieces."""

    def hand_on(self) -> None:
        """Flush the buffer."""
        if self._size:
            pieces, self._waiting, self._size = self._waiting, [], 0
            self._give(pieces)


def through(
    chunks: Iterable[bytes], transform: Callable[[ReadableChunks, WritableChunks], None], *, depth: int
) -> Generator[bytes, None, None]:
    """Yield the output of a transformation of files, which reads the chunks in a separate thread.

    Errors of the chunks and of the transformation are raised here; those of the chunks if both fail.
    """
    queue: Queue[object] = Queue(depth)
    left = Event()

    def give(data: object) -> None:
        if not _put(queue, data, left):
            raise BrokenPipeError

    def run() -> None:
        reader, writer = ReadableChunks(chunks), WritableChunks(give)
        try:
            transform(reader, writer)
            writer.hand_on()
            _put(queue, _END, left)
        except BaseException as error:  # noqa: BLE001 - carried to the consumer
            _put(queue, reader.error or error, left)
        finally:
            _close(chunks)

    with closing(_taken(queue, Thread(target=run, daemon=True), left)) as taken:
        for pieces in taken:
            yield from pieces

"""Encryption and compression of backups: what is changed, missing or opened with another key is named, never read."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from auto360.core.streams import ahead, cut
from auto360.domains.backups.compression import compressed, decompressed
from auto360.domains.backups.encryption import CHUNK, MAGIC, opened, sealed
from auto360.domains.backups.errors import ObjectChanged, ObjectTruncated, WrongBackupKey
from auto360.domains.backups.keys import BackupKeys
from tests.support.backup import keys_of

KEYS = keys_of("k1")


def pieces(data: bytes, size: int = 70_000) -> Iterator[bytes]:
    yield from (data[start : start + size] for start in range(0, len(data), size))


def seal(data: bytes, keys: BackupKeys = KEYS) -> bytes:
    return b"".join(sealed(pieces(data), keys))


def read(data: bytes, keys: BackupKeys = KEYS) -> bytes:
    return b"".join(opened(pieces(data), keys, name="dump"))


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])
def test_what_was_sealed_opens(size: int) -> None:
    data = os.urandom(size)
    assert read(seal(data)) == data


def test_the_same_content_is_never_sealed_to_the_same_bytes() -> None:
    assert seal(b"same") != seal(b"same")


def test_every_flipped_bit_is_noticed() -> None:
    stream = bytearray(seal(os.urandom(2 * CHUNK + 5)))
    for place in [*range(0, len(MAGIC) + 3 + 32 + 32, 7), *range(200, len(stream), 250_000), len(stream) - 1]:
        stream[place] ^= 1 << (place % 8)
        with pytest.raises((ObjectChanged, WrongBackupKey)):
            read(bytes(stream))
        stream[place] ^= 1 << (place % 8)
    assert len(read(bytes(stream))) == 2 * CHUNK + 5


def test_a_stream_that_ends_between_two_chunks_is_truncated() -> None:
    stream = seal(os.urandom(3 * CHUNK))
    end = len(stream) - (CHUNK + 16)
    with pytest.raises(ObjectTruncated, match="ends after chunk 1"):
        read(stream[:end])


@pytest.mark.parametrize("length", [0, 3, 30, 70])
def test_a_stream_that_ends_in_its_head_is_not_read(length: int) -> None:
    with pytest.raises((ObjectTruncated, ObjectChanged)):
        read(seal(b"content")[:length])


def test_a_chunk_that_is_missing_or_in_another_place_is_noticed() -> None:
    stream = seal(os.urandom(4 * CHUNK))
    head = len(stream) - 4 * (CHUNK + 16)
    chunks = [stream[head + n * (CHUNK + 16) : head + (n + 1) * (CHUNK + 16)] for n in range(4)]
    for order in ((0, 2, 3), (1, 0, 2, 3), (0, 1, 1, 2, 3)):
        with pytest.raises(ObjectChanged):
            read(stream[:head] + b"".join(chunks[n] for n in order))


def test_a_key_that_is_unknown_or_another_one_under_the_same_name_is_told() -> None:
    stream = seal(b"content")
    with pytest.raises(WrongBackupKey, match="'k1', which is not among BACKUP_KEYS"):
        read(stream, keys_of("k2"))
    with pytest.raises(WrongBackupKey, match="another key than the one now called 'k1'"):
        read(stream, keys_of("k1", seed=b"y"))


def test_an_older_key_opens_what_it_has_sealed() -> None:
    assert read(seal(b"content"), keys_of("k2", "k1")) == b"content"


@pytest.mark.parametrize("text", ["", "k1", "k1:AAAA", "k 1:" + "A" * 43, "k1:" + "A" * 43 + ",k1:" + "A" * 43])
def test_keys_that_are_no_keys_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        BackupKeys.parse(text)


def test_a_frame_notices_a_flipped_bit_and_a_missing_end() -> None:
    data = b"".join(f"row {number}\n".encode() for number in range(50_000))
    frame = bytearray(b"".join(compressed(pieces(data))))
    assert b"".join(decompressed(pieces(bytes(frame)), name="dump")) == data
    with pytest.raises(ObjectTruncated, match="dump"):
        list(decompressed([bytes(frame[:-10])], name="dump"))
    for place in range(50, len(frame), len(frame) // 20):
        frame[place] ^= 4
        with pytest.raises((ObjectChanged, ObjectTruncated)):
            list(decompressed([bytes(frame)], name="dump"))
        frame[place] ^= 4


def test_cutting_keeps_every_byte_in_equal_pieces() -> None:
    data = os.urandom(100_003)
    found = [bytes(piece) for piece in cut(pieces(data, 777), 1000)]
    assert b"".join(found) == data
    assert {len(piece) for piece in found[:-1]} == {1000}


def test_reading_ahead_hands_on_what_the_source_raises() -> None:
    def source() -> Iterator[bytes]:
        yield b"a"
        raise OSError("gone")

    reading = ahead(source(), depth=2)
    assert next(reading) == b"a"
    with pytest.raises(OSError, match="gone"):
        next(reading)


def test_a_consumer_that_leaves_ends_the_source() -> None:
    ended: list[bool] = []

    def source() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            ended.append(True)

    reading = ahead(source(), depth=2)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert ended == [True]

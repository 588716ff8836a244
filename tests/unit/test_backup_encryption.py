"""Encryption and compression of backups: what is changed, missing or opened with another key is named, never read."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pyrage
import pytest

from auto360.core.streams import ReadableChunks, WritableChunks, ahead, cut, through
from auto360.domains.backups.compression import compressed, decompressed
from auto360.domains.backups.encryption import MAGIC, opened, sealed
from auto360.domains.backups.errors import ObjectChanged, ObjectTruncated, WrongBackupKey
from auto360.domains.backups.keys import BackupKeys, BackupKeySettings
from tests.support.backup import FIRST_FORMAT_KEY, IDENTITIES, OFFLINE_IDENTITY, OFFLINE_RECIPIENT, keys_of

KEYS = keys_of("k1")
CHUNK = 64 * 1024
# What age adds to a chunk.
_TAG = 16


def pieces(data: bytes, size: int = 70_000) -> Iterator[bytes]:
    yield from (data[start : start + size] for start in range(0, len(data), size))


def seal(data: bytes, keys: BackupKeys = KEYS) -> bytes:
    return b"".join(sealed(pieces(data), keys))


def read(data: bytes, keys: BackupKeys = KEYS) -> bytes:
    return b"".join(opened(pieces(data), keys, name="dump"))


def offline() -> BackupKeys:
    return BackupKeys.parse(f"safe:{OFFLINE_IDENTITY}")


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 50 * CHUNK + 17])
def test_what_was_sealed_opens(size: int) -> None:
    data = os.urandom(size)
    assert read(seal(data)) == data


def test_a_backup_opens_with_the_current_key_and_with_the_one_that_lies_offline() -> None:
    stream = seal(b"content")
    for identity in (IDENTITIES["x"], OFFLINE_IDENTITY):
        assert pyrage.decrypt(stream, [pyrage.x25519.Identity.from_str(identity)]) == b"content"
    assert read(stream, offline()) == b"content"


def test_what_another_program_of_age_has_sealed_opens() -> None:
    recipient = pyrage.x25519.Recipient.from_str(OFFLINE_RECIPIENT)
    assert read(pyrage.encrypt(b"content", [recipient]), offline()) == b"content"


def test_the_same_content_is_never_sealed_to_the_same_bytes() -> None:
    assert seal(b"same") != seal(b"same")


def test_every_flipped_bit_is_noticed() -> None:
    stream = bytearray(seal(os.urandom(20 * CHUNK + 5)))
    for place in [*range(0, len(stream) - 20 * CHUNK - 350, 7), *range(700, len(stream), 90_000), len(stream) - 1]:
        stream[place] ^= 1 << (place % 7)
        with pytest.raises((ObjectChanged, ObjectTruncated, WrongBackupKey)):
            read(bytes(stream))
        stream[place] ^= 1 << (place % 7)
    assert len(read(bytes(stream))) == 20 * CHUNK + 5


def test_a_stream_that_ends_between_two_chunks_is_truncated() -> None:
    stream = seal(os.urandom(3 * CHUNK))
    for missing in (1, 2, 3):
        with pytest.raises(ObjectTruncated, match="dump ends before its last chunk"):
            read(stream[: len(stream) - missing * (CHUNK + _TAG)])


@pytest.mark.parametrize("length", [0, 3, len(MAGIC), 30, 70])
def test_a_stream_that_ends_in_its_head_is_truncated(length: int) -> None:
    with pytest.raises(ObjectTruncated):
        read(seal(b"content")[:length])


def test_a_stream_that_is_no_backup_is_not_read() -> None:
    with pytest.raises(ObjectChanged, match="does not begin like"):
        read(b"PGDMP and so on, but nothing that was encrypted")


def test_a_chunk_that_is_missing_or_in_another_place_is_noticed() -> None:
    stream = seal(os.urandom(4 * CHUNK))
    head = len(stream) - 4 * (CHUNK + _TAG)
    chunks = [stream[head + n * (CHUNK + _TAG) : head + (n + 1) * (CHUNK + _TAG)] for n in range(4)]
    assert read(stream[:head] + b"".join(chunks)) == read(stream)
    for order in ((0, 2, 3), (1, 0, 2, 3), (0, 1, 1, 2, 3)):
        with pytest.raises(ObjectChanged):
            read(stream[:head] + b"".join(chunks[n] for n in order))


def test_a_key_that_is_another_one_or_of_the_format_before_is_told() -> None:
    stream = seal(b"content")
    for keys in (keys_of("k1", seed="y"), BackupKeys.parse(f"k1:{FIRST_FORMAT_KEY}")):
        with pytest.raises(WrongBackupKey, match="dump is not encrypted for any key of BACKUP_KEYS"):
            read(stream, keys)


def test_an_older_key_opens_what_it_has_sealed() -> None:
    both = BackupKeys.parse(f"k2:{IDENTITIES['y']},k1:{IDENTITIES['x']}")
    assert read(seal(b"content"), both) == b"content"
    assert read(seal(b"content", both), keys_of("k2", seed="y")) == b"content"


def test_a_key_of_the_format_before_makes_no_backup() -> None:
    with pytest.raises(ValueError, match="makes no new backups"):
        seal(b"content", BackupKeys.parse(f"k1:{FIRST_FORMAT_KEY},k2:{IDENTITIES['x']}"))


_IDENTITY = IDENTITIES["x"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k1",
        "k1:AAAA",
        f"k 1:{_IDENTITY}",
        f"k1:{_IDENTITY},k1:{_IDENTITY}",
        f"k1:{_IDENTITY[:-1]}",
        f"k1:{OFFLINE_RECIPIENT}",
    ],
)
def test_keys_that_are_no_keys_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="AGE-SECRET-KEY-1"):
        BackupKeys.parse(text)


@pytest.mark.parametrize("text", ["age1", OFFLINE_RECIPIENT[:-1], IDENTITIES["y"], f"{OFFLINE_RECIPIENT};"])
def test_recipients_that_are_none_are_refused_and_never_shown(text: str) -> None:
    with pytest.raises(ValueError, match="a recipient is no public key of age") as refused:
        BackupKeySettings(backup_keys=f"k1:{IDENTITIES['x']}", backup_recipients=text)
    assert text not in str(refused.value) or text == "age1"


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


def upper(reader: ReadableChunks, writer: WritableChunks) -> None:
    while data := reader.read(1000):
        writer.write(data.upper())


def test_code_that_wants_files_transforms_a_stream() -> None:
    data = b"abc" * 1_000_000
    assert b"".join(through(pieces(data), upper, depth=2)) == data.upper()
    assert list(through(iter([]), upper, depth=2)) == []


def test_an_error_of_the_source_is_raised_whatever_the_transformation_makes_of_it() -> None:
    def source() -> Iterator[bytes]:
        yield b"a" * 2_000_000
        raise ObjectTruncated("gone")

    for stream in (sealed(source(), KEYS), through(source(), upper, depth=2)):
        with pytest.raises(ObjectTruncated, match="gone"):
            list(stream)


def test_a_consumer_that_leaves_ends_a_transformation_and_its_source() -> None:
    ended: list[bool] = []

    def source() -> Iterator[bytes]:
        try:
            while True:
                yield os.urandom(100_000)
        finally:
            ended.append(True)

    stream = sealed(source(), KEYS)
    next(stream)
    stream.close()
    assert ended == [True]

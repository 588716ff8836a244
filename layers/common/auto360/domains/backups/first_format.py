"""Reader of backups made before age: AES-256-GCM in chunks of 1 MiB. Read-only.

The head names the key and commits to it. Each chunk's nonce holds its number and a mark of the last one: a chunk
that is changed, missing, doubled or in another place does not open, and neither does a stream that ends too early.
"""

import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from auto360.core.streams import cut
from auto360.domains.backups.errors import ObjectChanged, ObjectTruncated, WrongBackupKey
from auto360.domains.backups.keys import BackupKeys

MAGIC = b"360A\x01"
CHUNK = 1024 * 1024
_SALT, _COMMITMENT, _TAG = 32, 32, 16


def opened_first_format(chunks: Iterable[bytes], keys: BackupKeys, *, name: str) -> Iterator[bytes]:
    """Yield the plain stream of an encrypted one; `name` is the object's, for messages.

    Raises WrongBackupKey, ObjectChanged or ObjectTruncated.
    """
    source = iter(chunks)
    head, rest = _read_head(source, name)
    file_key = _key_of(head, keys, name)
    cipher = _cipher(file_key)
    waiting: bytearray | None = None
    number = -1
    for number, chunk in enumerate(cut(_joined(rest, source), CHUNK + _TAG)):
        if waiting is not None:
            yield _decrypted(cipher, number - 1, waiting, head, name, last=False)
        waiting = chunk
    if waiting is None:
        raise ObjectTruncated(f"{name} ends after its head")
    yield _decrypted(cipher, number, waiting, head, name, last=True)


def _decrypted(cipher: Any, number: int, chunk: bytearray, head: bytes, name: str, *, last: bool) -> bytes:
    from cryptography.exceptions import InvalidTag

    try:
        plain: bytes = cipher.decrypt(_nonce(number, last=last), bytes(chunk), head)
        return plain
    except InvalidTag:
        if last and _opens(cipher, number, chunk, head):
            raise ObjectTruncated(f"{name} ends after chunk {number}, which is not the last one") from None
        raise ObjectChanged(f"{name} is changed, or something is missing, in chunk {number}") from None


def _opens(cipher: Any, number: int, chunk: bytearray, head: bytes) -> bool:
    from cryptography.exceptions import InvalidTag

    try:
        cipher.decrypt(_nonce(number, last=False), bytes(chunk), head)
    except InvalidTag:
        return False
    return True


def _read_head(source: Iterator[bytes], name: str) -> tuple[bytes, bytes]:
    data = bytearray()
    for chunk in source:
        data += chunk
        if len(data) > len(MAGIC) and len(data) >= _head_length(data):
            break
    if bytes(data[: len(MAGIC)]) != MAGIC:
        raise ObjectChanged(f"{name} does not begin like an encrypted backup")
    length = _head_length(data)
    if len(data) < length:
        raise ObjectTruncated(f"{name} ends inside its head")
    return bytes(data[:length]), bytes(data[length:])


def _head_length(data: bytearray) -> int:
    return len(MAGIC) + 1 + data[len(MAGIC)] + _SALT + _COMMITMENT if len(data) > len(MAGIC) else len(MAGIC) + 1


def _key_of(head: bytes, keys: BackupKeys, name: str) -> bytes:
    """Return the file's key. The commitment proves the head."""
    key_name = head[len(MAGIC) + 1 : -_SALT - _COMMITMENT].decode("ascii", "replace")
    salt, commitment = head[-_SALT - _COMMITMENT : -_COMMITMENT], head[-_COMMITMENT:]
    try:
        file_key, expected = _derived(keys, key_name, salt)
    except KeyError:
        raise WrongBackupKey(f"{name} needs the key {key_name!r}, which is not among BACKUP_KEYS") from None
    if not secrets.compare_digest(expected, commitment):
        raise WrongBackupKey(f"{name} was encrypted with another key than the one now called {key_name!r}")
    return file_key


def _derived(keys: BackupKeys, name: str, salt: bytes) -> tuple[bytes, bytes]:
    file_key = keys.derive(name, salt=salt, purpose="360auto backup file")
    commitment = keys.derive(name, salt=salt, purpose="360auto backup key commitment")
    if file_key is None or commitment is None:
        raise KeyError(name)
    return file_key, commitment


def _cipher(key: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest

"""Encryption of a stream in the age format, so that `age -d` opens it without our code.

age (age-encryption.org/v1) wraps a random key of the file for every recipient, and cuts the content into chunks of
64 KiB under ChaCha20-Poly1305. A chunk's nonce holds its number and a mark of the last one: a chunk that is
changed, missing, doubled or in another place does not open, and neither does a stream that ends too early.
"""

from collections.abc import Generator, Iterable, Iterator
from itertools import chain

from auto360.core.streams import ReadableChunks, WritableChunks, through
from auto360.domains.backups import first_format
from auto360.domains.backups.errors import ObjectChanged, ObjectTruncated, WrongBackupKey
from auto360.domains.backups.keys import BackupKeys

MAGIC = b"age-encryption.org/v1\n"
_DEPTH = 8
# Error texts of pyrage; its other texts mean changed bytes.
_NO_KEY, _CUT = "No matching keys", ("truncated", "Incomplete header", "failed to fill whole buffer")


def sealed(chunks: Iterable[bytes], keys: BackupKeys) -> Generator[bytes, None, None]:
    """Yield the encrypted stream of a plain one, for every recipient; in constant memory."""
    import pyrage

    recipients = [pyrage.x25519.Recipient.from_str(text) for text in keys.recipients]

    def encrypt(reader: ReadableChunks, writer: WritableChunks) -> None:
        pyrage.encrypt_io(reader, writer, recipients)

    yield from through(chunks, encrypt, depth=_DEPTH)


def opened(chunks: Iterable[bytes], keys: BackupKeys, *, name: str) -> Iterator[bytes]:
    """Yield the plain stream of an encrypted one; `name` is the object's, for messages.

    Raises WrongBackupKey, ObjectChanged or ObjectTruncated. No chunk is yielded before it is authenticated.
    """
    source = iter(chunks)
    head = _first_bytes(source)
    if head.startswith(first_format.MAGIC):
        return first_format.opened_first_format(chain([head], source), keys, name=name)
    if not head.startswith(MAGIC):
        kind = ObjectTruncated if MAGIC.startswith(head) else ObjectChanged
        raise kind(f"{name} does not begin like an encrypted backup")
    return _opened_age(chain([head], source), keys, name)


def _opened_age(chunks: Iterable[bytes], keys: BackupKeys, name: str) -> Iterator[bytes]:
    import pyrage

    identities = [pyrage.x25519.Identity.from_str(text) for text in keys.identities]

    def decrypt(reader: ReadableChunks, writer: WritableChunks) -> None:
        try:
            pyrage.decrypt_io(reader, writer, identities)
        except (pyrage.DecryptError, OSError) as error:
            text = str(error)
            if _NO_KEY in text:
                raise WrongBackupKey(f"{name} is not encrypted for any key of BACKUP_KEYS") from None
            if any(words in text for words in _CUT):
                raise ObjectTruncated(f"{name} ends before its last chunk") from None
            raise ObjectChanged(f"{name} is changed, or something is missing in it") from None

    yield from through(chunks, decrypt, depth=_DEPTH)


def _first_bytes(source: Iterator[bytes]) -> bytes:
    head = b""
    for chunk in source:
        head += chunk
        if len(head) >= len(MAGIC):
            break
    return head

"""Checks the bytes of a video file in passing: a provider may answer 200 with half a file, or with a page.

MP4 and QuickTime files are a row of boxes, each with its length and kind in front.
"""

from collections.abc import Iterable, Iterator

from auto360.providers.video import VideoUncertain

_FIRST_KINDS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_SHORT, _LONG = 8, 16


class Boxes:
    """Boxes of a file, fed piece by piece; keeps no more than the head of one."""

    def __init__(self) -> None:
        self.kinds: list[bytes] = []
        self._head = bytearray()
        self._left = 0
        self._is_endless = False

    def feed(self, piece: bytes) -> None:
        """Read the heads of the boxes that begin in this piece."""
        place = 0
        while place < len(piece) and not self._is_endless:
            if self._left:
                step = min(self._left, len(piece) - place)
                self._left, place = self._left - step, place + step
                continue
            step = min(self._head_size - len(self._head), len(piece) - place)
            self._head += piece[place : place + step]
            place += step
            if len(self._head) == self._head_size:
                self._open()

    @property
    def is_whole(self) -> bool:
        """Return True when the last box has ended, or has no end of its own."""
        return self._is_endless or not (self._left or self._head)

    @property
    def _head_size(self) -> int:
        return _LONG if self._head[:4] == b"\0\0\0\1" else _SHORT

    def _open(self) -> None:
        size, head = int.from_bytes(self._head[:4], "big"), len(self._head)
        if head == _LONG:
            size = int.from_bytes(self._head[8:], "big")
        if len(self.kinds) < 1000:
            self.kinds.append(bytes(self._head[4:8]))
        self._is_endless = size == 0
        # A length below that of the head would loop for ever.
        self._left = max(size - head, 0)
        self._head.clear()


def judged(pieces: Iterable[bytes], *, is_transcode: bool) -> Iterator[bytes]:
    """Yield the pieces. Raises VideoUncertain at the first box of another file type, and at the end of a cut transcode.

    An uploaded file may be cut as received from its phone; a provider's encoding is whole.
    """
    boxes = Boxes()
    for piece in pieces:
        boxes.feed(piece)
        if boxes.kinds and boxes.kinds[0] not in _FIRST_KINDS:
            raise VideoUncertain("not_a_video")
        yield piece
    if not boxes.kinds:
        raise VideoUncertain("not_a_video")
    if is_transcode and not (boxes.is_whole and b"moov" in boxes.kinds):
        raise VideoUncertain("cut_off")

"""Boxes of video files, wherever the pieces of a download begin and end."""

from __future__ import annotations

import struct

import pytest

from auto360.domains.replication.video_files import judged
from auto360.providers.video import VideoUncertain


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def long_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 1) + kind + struct.pack(">Q", len(content) + 16) + content


START = box(b"ftyp", b"isom") + box(b"moov", bytes(40))
WHOLE = START + long_box(b"mdat", bytes(1000)) + box(b"free")


def read(content: bytes, *, step: int, is_transcode: bool = True) -> bytes:
    pieces = [content[place : place + step] for place in range(0, len(content), step)]
    return b"".join(judged(pieces, is_transcode=is_transcode))


@pytest.mark.parametrize("step", [1, 3, 7, 64, 10_000])
@pytest.mark.parametrize("content", [WHOLE, START + struct.pack(">I", 0) + b"mdat" + bytes(500)])
def test_a_whole_file_passes_unchanged_in_pieces_of_any_size(content: bytes, step: int) -> None:
    assert read(content, step=step) == content


@pytest.mark.parametrize("step", [1, 7, 10_000])
@pytest.mark.parametrize("end", [1, 7, 9, 500, len(WHOLE) - len(START) - 1])
def test_a_transcode_that_ends_within_a_box_is_cut_off(end: int, step: int) -> None:
    with pytest.raises(VideoUncertain, match="cut_off"):
        read(WHOLE[:-end], step=step)


def test_a_transcode_without_its_index_is_cut_off() -> None:
    with pytest.raises(VideoUncertain, match="cut_off"):
        read(box(b"ftyp", b"isom") + box(b"mdat", bytes(100)), step=50)


def test_an_upload_may_end_as_its_owners_phone_has_left_it() -> None:
    assert read(WHOLE[:-100], step=50, is_transcode=False) == WHOLE[:-100]


@pytest.mark.parametrize("content", [b"", b"<ht", b"<html>please wait</html>", bytes(100)])
def test_what_begins_with_no_box_is_no_video_of_anybody(content: bytes) -> None:
    with pytest.raises(VideoUncertain, match="not_a_video"):
        read(content, step=5)
    with pytest.raises(VideoUncertain, match="not_a_video"):
        read(content, step=5, is_transcode=False)

"""Attacks with picture files: odd shapes, metadata in odd places, content that breaks its encoder, names and races."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import exifread
import pytest
from PIL import Image

from auto360.providers.pictures import EncoderBroken
from auto360.providers.pictures.sandbox import SandboxedEncoder
from tests.support import picture_files as files
from tests.support.pictures import PictureWorld

PLAIN = (640, 480)


def jpeg(size: tuple[int, int] = PLAIN, **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(written, "JPEG", **options)
    return written.getvalue()


def exif() -> bytes:
    """Return an EXIF block with a place and a text."""
    block = Image.Exif()
    block[0x010E] = files.SECRET.decode()
    block.get_ifd(0x8825)[2] = (42.0, 52.0, 30.0)
    return block.tobytes()


def segments(*parts: bytes) -> bytes:
    """Return a JPEG with these APP1 segments behind its start."""
    content = jpeg()
    added = b"".join(b"\xff\xe1" + struct.pack(">H", len(part) + 2) + part for part in parts)
    return content[:2] + added + content[2:]


def exif_twice() -> bytes:
    return segments(b"Exif\0\0" + exif()[6:], b"Exif\0\0" + exif()[6:])


def extended_xmp() -> bytes:
    packet = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + files.SECRET + b"</x:xmpmeta>"
    return segments(packet, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 40 + files.SECRET)


def behind_the_end() -> bytes:
    return jpeg() + files.SECRET + b"<script>alert(1)</script>PK\x05\x06" + bytes(18)


def png_chunk() -> bytes:
    written = io.BytesIO()
    Image.new("RGBA", PLAIN, (0, 90, 0, 120)).save(written, "PNG", exif=exif())
    return written.getvalue()


def webp_chunk() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", PLAIN, (0, 90, 0)).save(written, "WEBP", exif=exif(), xmp=b"<x>" + files.SECRET + b"</x>")
    return written.getvalue()


@pytest.mark.parametrize("make", [exif_twice, extended_xmp, behind_the_end, png_chunk, webp_chunk])
def test_metadata_in_odd_places_is_public_nowhere(make: Callable[[], bytes], pictures: PictureWorld) -> None:
    person, content = pictures.seller(), make()
    assert files.SECRET in content
    avatar = pictures.store_directly(person, content)
    pictures.timer("sweep")
    assert pictures.ready(person, content)["state"] == "ready"
    public = [("pictures", name) for name in pictures.names("pictures")] + [("avatars", avatar)]
    assert len(public) > 1
    for place in public:
        published = pictures.content(*place)
        assert (files.SECRET in published, b"<script" in published) == (False, False)
        assert exifread.process_file(io.BytesIO(published)) == {}


@pytest.mark.parametrize("size", [(12_000, 1), (3, 12_000), (1, 1), (12_000, 90)])
def test_a_picture_as_thin_as_a_hair_has_a_result(size: tuple[int, int], pictures: PictureWorld) -> None:
    person = pictures.seller()
    state = pictures.ready(person, jpeg(size))
    assert state["state"] == "ready"
    assert min(state["image"]["width"], state["image"]["height"]) >= 1


def test_content_that_breaks_its_encoder_is_refused_in_the_end(
    pictures: PictureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise EncoderBroken("the encoder ended with 1")

    monkeypatch.setattr(SandboxedEncoder, "encode", breaks)
    person = pictures.seller()
    picture_id = pictures.upload(person, jpeg())
    for _ in range(5):
        assert pictures.run(pictures.arrived(picture_id)) == {"postponed": 1}
        assert pictures.timer("sweep") == {}, "it waits longer each time"
        pictures.let_pass(minutes=24 * 60)
    assert pictures.timer("sweep") == {"refused": 1}
    assert pictures.state(person, picture_id)["refusal"] == "unprocessable"


def test_a_file_that_its_encoder_is_about_to_name_is_no_stray(pictures: PictureWorld) -> None:
    person = pictures.seller()
    picture_id = pictures.upload(person, jpeg())
    name = f"{person.id}/{picture_id}/{'0' * 32}-320.webp"
    pictures.store("pictures").put(name, [b"of a worker that was killed"], content_type="image/webp")
    pictures.let_pass(minutes=2 * 24 * 60)
    assert pictures.rows("select picture_strays('', 100)") == [([],)], "its next worker writes and names it again"
    pictures.timer("sweep")
    pictures.let_pass(minutes=2 * 24 * 60)
    assert pictures.rows("select picture_strays('', 100)") == [([name],)]


@pytest.mark.parametrize("name", ["a b.jpg", "a?b.jpg", "a+b.jpg", "a.svg", "deep/er/a.png", "a&b=c.jpg"])
def test_an_avatar_of_any_name_is_cleaned_where_it_lies(name: str, pictures: PictureWorld) -> None:
    person = pictures.seller()
    stored = pictures.store_directly(person, exif_twice(), name=name)
    assert files.SECRET in pictures.content("avatars", stored)
    assert pictures.timer("sweep") == {"ready": 1}
    assert pictures.names("avatars") == {stored}
    assert files.SECRET not in pictures.content("avatars", stored)

"""Encoder of pictures: photographs of phones, files of attackers, and limits, in a child process as in the cloud."""

from __future__ import annotations

import io
import subprocess
from typing import Any

import exifread
import pytest
from PIL import Image

from auto360.providers.pictures import EncodedPicture, PictureRefused, Target
from auto360.providers.pictures import sandbox as sandboxed
from auto360.providers.pictures.sandbox import EncoderLimits, SandboxedEncoder
from tests.support import picture_files as files

TARGETS = (Target(320, "WEBP"), Target(720, "WEBP"), Target(1440, "WEBP"), Target(720, "JPEG"))
# JFIF header, tables, frame and scan of a JPEG; image data of a WebP: nothing that tells of a person or a place.
PLAIN_PARTS = {"E0", "DB", "C0", "C2", "C4", "DA", "VP8 ", "IHDR", "IDAT", "IEND"}


@pytest.fixture(scope="module")
def encoder() -> SandboxedEncoder:
    return SandboxedEncoder(EncoderLimits.load({}))


@pytest.fixture(scope="module")
def portrait(encoder: SandboxedEncoder) -> EncodedPicture:
    return encoder.encode(files.phone_portrait(), TARGETS)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def is_upright(picture: Image.Image) -> bool:
    """Return True when the three colours of the scene lie where they were photographed."""
    width, height = picture.size
    places = ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
    strongest = []
    for x, y in places:
        pixel = picture.getpixel((int(width * x), int(height * y)))
        assert isinstance(pixel, tuple)
        strongest.append(pixel.index(max(pixel)))
    return strongest == [0, 1, 2, 2]


def test_a_photograph_of_twelve_megapixels_becomes_four_files_of_the_promised_sizes(portrait: EncodedPicture) -> None:
    sizes = [(one.format, one.side, one.width, one.height) for one in portrait.renditions]
    assert sizes == [
        ("WEBP", 320, 240, 320),
        ("JPEG", 720, 540, 720),
        ("WEBP", 720, 540, 720),
        ("WEBP", 1440, 1080, 1440),
    ]
    for one in portrait.renditions:
        found = Image.open(io.BytesIO(one.content))
        assert (found.format, found.size) == (one.format, (one.width, one.height))


def test_every_output_stands_upright(portrait: EncodedPicture) -> None:
    assert all(is_upright(opened(one.content)) for one in portrait.renditions)


@pytest.mark.parametrize("source", [files.phone_portrait, files.heic_portrait, files.png_with_text, files.polyglot])
def test_no_output_says_more_than_its_pixels(source: object, encoder: SandboxedEncoder) -> None:
    assert callable(source)
    content = source()
    assert files.SECRET in content
    for one in encoder.encode(content, (*TARGETS, Target(720, "PNG"))).renditions:
        assert set(files.parts(one.content)) <= PLAIN_PARTS
        assert exifread.process_file(io.BytesIO(one.content)) == {}
        assert not any(word in one.content for word in (files.SECRET, b"<script", b"PK\x03\x04", b"Exif", b"ICC"))


def test_a_display_p3_profile_is_converted_rather_than_dropped(portrait: EncodedPicture) -> None:
    [large] = [one for one in portrait.renditions if one.side == 1440]
    pixel = opened(large.content).getpixel((800, 200))
    assert isinstance(pixel, tuple)
    # The green of the wider space lies outside sRGB: its red and blue fall to the edge. Dropped, they stay at 20.
    assert pixel[0] <= 8
    assert pixel[1] >= 225


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (files.bomb(), "too_many_pixels"),
        (files.animated("GIF"), "not_a_picture"),
        (files.animated("WEBP"), "animated"),
        (files.animated("PNG"), "animated"),
        (files.truncated(), "damaged"),
        (b"", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not_a_picture"),
        (b"\xff\xd8\xff" + b"\0" * 5000, "not_a_picture"),
        (b"\0" * (15 * 1024 * 1024 + 1), "too_large"),
    ],
    ids=["bomb", "gif", "webp", "apng", "truncated", "empty", "svg", "magic bytes alone", "16 MB"],
)
def test_what_is_no_single_picture_is_refused_with_the_reason(
    content: bytes, reason: str, encoder: SandboxedEncoder
) -> None:
    with pytest.raises(PictureRefused) as refused:
        encoder.encode(content, TARGETS)
    assert refused.value.reason == reason


def test_the_bomb_is_small_enough_to_be_uploaded(encoder: SandboxedEncoder) -> None:
    assert len(files.bomb()) < 20_000


def test_equal_bytes_give_equal_outputs(encoder: SandboxedEncoder) -> None:
    content = files.heic_portrait(400, 600)
    assert encoder.encode(content, TARGETS) == encoder.encode(content, TARGETS)


def test_a_small_picture_is_not_enlarged_and_not_stored_twice(encoder: SandboxedEncoder) -> None:
    found = encoder.encode(files.saved(files.scene(500, 400), "PNG"), TARGETS).renditions
    assert [(one.format, one.side, one.width) for one in found] == [
        ("WEBP", 320, 320),
        ("JPEG", 720, 500),
        ("WEBP", 720, 500),
    ]


@pytest.mark.parametrize("mode", ["L", "P", "1", "LA", "RGBA", "CMYK", "I;16"])
def test_pictures_of_every_colour_mode_are_understood(mode: str, encoder: SandboxedEncoder) -> None:
    grey = files.scene(300, 300).convert("L")
    picture = grey.convert("I;16") if mode == "I;16" else files.scene(300, 300).convert(mode)
    content = files.saved(picture, "JPEG" if mode == "CMYK" else "PNG")
    assert len(encoder.encode(content, TARGETS).renditions) == 2


def test_a_photograph_with_a_second_one_behind_it_is_taken_as_the_first(encoder: SandboxedEncoder) -> None:
    second = Image.new("RGB", (640, 480), files.GREEN)
    content = files.saved(files.scene(800, 600), "MPO", save_all=True, append_images=[second])
    assert all(is_upright(opened(one.content)) for one in encoder.encode(content, TARGETS).renditions)


def test_near_duplicates_have_near_fingerprints_and_others_have_not(encoder: SandboxedEncoder) -> None:
    gradient = Image.linear_gradient("L").resize((900, 600)).convert("RGB")
    gradient.paste(files.scene(300, 200), (100, 300))
    first = encoder.encode(files.saved(gradient, "PNG"), TARGETS).dhash
    smaller = encoder.encode(files.saved(gradient.resize((450, 300)), "JPEG", quality=60), TARGETS).dhash
    turned = encoder.encode(files.saved(gradient.rotate(180), "PNG"), TARGETS).dhash
    assert (first ^ smaller).bit_count() <= 4
    assert (first ^ turned).bit_count() > 12


def test_the_placeholder_is_short_and_has_the_colours_of_the_picture(portrait: EncodedPicture) -> None:
    import blurhash

    assert len(portrait.blurhash) == 28
    rows = blurhash.decode(portrait.blurhash, 30, 40)
    red, blue = rows[8][6], rows[34][15]
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_a_picture_that_needs_too_much_memory_is_refused_and_not_the_whole_function(encoder: SandboxedEncoder) -> None:
    tight = SandboxedEncoder(EncoderLimits.load({"PICTURE_MEMORY_BYTES": str(256 * 1024 * 1024)}))
    content = files.saved(Image.new("RGBA", (7000, 7000)), "PNG")
    with pytest.raises(PictureRefused) as refused:
        tight.encode(content, TARGETS)
    assert refused.value.reason == "too_heavy"


def test_the_largest_allowed_picture_fits_into_the_memory(encoder: SandboxedEncoder) -> None:
    content = files.saved(Image.new("RGBA", (7000, 7000), (200, 30, 30, 255)), "PNG")
    assert len(encoder.encode(content, TARGETS).renditions) == 4


def test_a_picture_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxed, "MODULE", "tests.support.endless_child")
    with pytest.raises(PictureRefused) as refused:
        SandboxedEncoder(EncoderLimits.load({"PICTURE_SECONDS": "1"})).encode(b"x", TARGETS)
    assert refused.value.reason == "too_heavy"


def test_the_child_process_sees_no_secret(encoder: SandboxedEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", "secret")
    seen: list[set[str]] = []
    run = subprocess.run

    def spy(command: list[str], **options: Any) -> Any:
        seen.append(set(options["env"]))
        return run(command, check=False, **{name: value for name, value in options.items() if name != "check"})

    monkeypatch.setattr(subprocess, "run", spy)
    encoder.encode(files.saved(files.scene(50, 50), "PNG"), TARGETS)
    assert seen[0] - {"LD_LIBRARY_PATH"} == {"PYTHONPATH"}

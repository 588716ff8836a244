"""Pictures as phones and attackers send them, and a reader of their containers that shares no code with the encoder."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw, PngImagePlugin

SECRET = b"+996700123456 Asanov home"
RED, GREEN, BLUE = (230, 20, 20), (20, 230, 20), (20, 20, 230)
# Primaries of Display P3 in the profile's connection space (D50), red, green, blue.
_P3 = ((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841))


def display_p3() -> bytes:
    """Return a colour profile with the primaries of Display P3, and a gamma of 2.2."""

    def fixed(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(values: tuple[float, ...]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(fixed(value) for value in values)

    text = SECRET.replace(b"+", b"") + b"\0"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": xyz((0.9642, 1.0, 0.8249)),
        **{name: xyz(_P3[place]) for place, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))},
        **{name: b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233) for name in (b"rTRC", b"gTRC", b"bTRC")},
    }
    start, table, data = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(data), len(content))
        data += content + b"\0" * (-len(content) % 4)
    size = start + len(data)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    head += b"".join(fixed(value) for value in (0.9642, 1.0, 0.8249)) + b"\0" * 48
    return head + struct.pack(">I", len(tags)) + table + data


def scene(width: int, height: int) -> Image.Image:
    """Return a picture whose upper left is red, upper right green, and lower half blue."""
    picture = Image.new("RGB", (width, height), BLUE)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2, height // 2), fill=RED)
    draw.rectangle((width // 2, 0, width, height // 2), fill=GREEN)
    return picture


def phone_exif(orientation: int) -> Image.Exif:
    """Return what a phone writes: orientation, maker, and where the seller lives."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    position = exif.get_ifd(0x8825)
    position.update({1: "N", 2: (42.0, 52.0, 30.0), 3: "E", 4: (74.0, 36.0, 10.0)})
    return exif


def phone_portrait(width: int = 3024, height: int = 4032) -> bytes:
    """Return a JPEG held upright: stored on its side, with position, comment, XMP and a Display P3 profile."""
    lying = scene(width, height).transpose(Image.Transpose.ROTATE_90)
    written = io.BytesIO()
    lying.save(
        written,
        "JPEG",
        quality=92,
        exif=phone_exif(6).tobytes(),
        comment=SECRET,
        icc_profile=display_p3(),
        xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>",
    )
    return written.getvalue()


def heic_portrait(width: int = 1512, height: int = 2016) -> bytes:
    """Return a HEIC picture with position and profile, held upright."""
    written = io.BytesIO()
    file = pillow_heif.from_pillow(scene(width, height))
    file.save(written, quality=80, exif=phone_exif(1).tobytes(), xmp=b"<x>" + SECRET + b"</x>")
    return written.getvalue()


def polyglot() -> bytes:
    """Return a JPEG that is a page and an archive as well."""
    written = io.BytesIO()
    scene(800, 600).save(written, "JPEG", comment=b"<script>alert(1)</script>")
    return written.getvalue() + b"PK\x03\x04<script>alert(2)</script>" + SECRET


def bomb() -> bytes:
    """Return a PNG of a hundred million pixels in some kilobytes, made without ever holding them."""
    side, rows = 10_000, zlib.compressobj(9)
    line = b"\0" * (1 + side // 8)
    packed = b"".join(rows.compress(line) for _ in range(side)) + rows.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def animated(file_format: str) -> bytes:
    """Return three frames."""
    first, *others = [Image.new("RGB", (200, 200), colour) for colour in (RED, GREEN, BLUE)]
    written = io.BytesIO()
    first.save(written, file_format, save_all=True, append_images=others)
    return written.getvalue()


def truncated() -> bytes:
    """Return the first half of a photograph."""
    whole = phone_portrait(1200, 1600)
    return whole[: len(whole) // 2]


def saved(picture: Image.Image, file_format: str, **options: Any) -> bytes:
    """Return a picture as a file."""
    written = io.BytesIO()
    picture.save(written, file_format, **options)
    return written.getvalue()


def png_with_text(width: int = 400, height: int = 300) -> bytes:
    """Return a PNG with text, a profile and EXIF."""
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", SECRET.decode())
    told.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    return saved(scene(width, height), "PNG", pnginfo=told, icc_profile=display_p3(), exif=phone_exif(1).tobytes())


def parts(content: bytes) -> list[str]:
    """Return the names of a file's parts: segments of a JPEG, chunks of a WebP or PNG; "tail" for bytes behind it."""
    if content[:2] == b"\xff\xd8":
        return _jpeg_parts(content)
    if content[:4] == b"RIFF":
        end = 8 + struct.unpack_from("<I", content, 4)[0]
        return _chunks(content[:end], 12, "<", 0) + ["tail"] * (len(content) > end)
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return _chunks(content, 8, ">", 4)
    raise ValueError("no picture")


def _chunks(content: bytes, start: int, order: str, checksum: int) -> list[str]:
    found = []
    while start + 8 <= len(content):
        first, second = content[start : start + 4], content[start + 4 : start + 8]
        name, size = (first, second) if order == "<" else (second, first)
        [length] = struct.unpack(f"{order}I", size)
        found.append(name.decode("latin-1"))
        start += 8 + length + checksum + (length % 2 if order == "<" else 0)
    return found


def _jpeg_parts(content: bytes) -> list[str]:
    found: list[str] = []
    place = 2
    while place < len(content):
        marker = content[place + 1]
        if marker == 0xD9:
            return found + ["tail"] * (len(content) > place + 2)
        [length] = struct.unpack_from(">H", content, place + 2)
        found.append(f"{marker:02X}")
        place += 2 + length
        if marker == 0xDA:
            while content[place] != 0xFF or content[place + 1] in (0x00, *range(0xD0, 0xD8)):
                place += 1
    return found

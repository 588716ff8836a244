"""Decoding and encoding with Pillow and libheif. Runs in the child process of `sandbox`, never beside secrets.

Decides by content: names and declared types are claims. Limits apply before any pixel is decoded.
"""

import io
import struct
import warnings
from collections.abc import Sequence

import blurhash
import pillow_heif
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from auto360.providers.pictures import EncodedPicture, PictureRefused, Rendition, Target

MAX_PIXELS = 50_000_000
MAX_SIDE = 12_000
_FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
# Phones store a depth map or a brighter version behind the picture: only the first one is used.
_FIRST_OF_MANY = ("MPO", "HEIF")
_WHITE = (255, 255, 255)
_BLURHASH_SIDE = 32
_ORIENTATION = 0x0112
_ENCODING: dict[str, dict[str, object]] = {
    "WEBP": {"quality": 76, "method": 4},
    "JPEG": {"quality": 80, "optimize": True, "progressive": True},
    "PNG": {"optimize": True},
}


def prepare() -> None:
    """Set Pillow's limits and formats for this process."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    pillow_heif.register_heif_opener()


def render(content: bytes, targets: Sequence[Target]) -> EncodedPicture:
    """Return the outputs of a picture. Raises PictureRefused."""
    largest = max(target.side for target in targets)
    picture = _upright(_opened(content), largest)
    renditions = []
    for target in sorted(targets, key=lambda one: (one.side, one.format)):
        if _is_repeat(target, targets, max(picture.size)):
            continue
        scaled = _fitted(picture, target.side)
        renditions.append(Rendition(target.side, target.format, *scaled.size, _encoded(scaled, target.format)))
    return EncodedPicture(tuple(renditions), _blurhash(picture), _dhash(picture))


def _opened(content: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused("too_many_pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise PictureRefused("not_a_picture") from None
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise PictureRefused("too_many_pixels")
    if getattr(image, "n_frames", 1) > 1 and image.format not in _FIRST_OF_MANY:
        raise PictureRefused("animated")
    return image


def _upright(image: Image.Image, side: int) -> Image.Image:
    """Decode, scale, turn, and convert to sRGB on white; keeps pixels and nothing else."""
    try:
        if image.format in ("JPEG", "MPO"):
            # Decodes at a half, a quarter or an eighth where that is enough.
            image.draft(image.mode, (side, side))
        flat = _srgb(_on_white(_turned(image, side)), image.info.get("icc_profile"))
    except (OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error):
        raise PictureRefused("damaged") from None
    clean = Image.new("RGB", flat.size)
    clean.paste(flat)
    return clean


def _turned(image: Image.Image, side: int) -> Image.Image:
    """Decode and scale before turning: the turned copy of a large picture would need its memory twice."""
    orientation = image.getexif().get(_ORIENTATION)
    scaled = _eight_bits(image)
    scaled.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if orientation is not None:
        scaled.getexif()[_ORIENTATION] = orientation
    return ImageOps.exif_transpose(scaled)


def _eight_bits(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGBA") if image.mode in ("P", "PA", "1") else image


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image
    seen = image.convert("RGBA")
    ground = Image.new("RGB", seen.size, _WHITE)
    ground.paste(seen, mask=seen.getchannel("A"))
    return ground


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded profile: phones record in Display P3, which looks pale when treated as sRGB."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            return image.convert("RGB")
        if converted is not None:
            return converted
    return image.convert("RGB")


def _is_repeat(target: Target, targets: Sequence[Target], longest: int) -> bool:
    """Return True when a smaller target of the format already holds every pixel."""
    return any(other.format == target.format and longest <= other.side < target.side for other in targets)


def _fitted(picture: Image.Image, side: int) -> Image.Image:
    return _contained(picture, side, Image.Resampling.LANCZOS) if max(picture.size) > side else picture


def _contained(picture: Image.Image, side: int, resampling: Image.Resampling) -> Image.Image:
    """Scale to the longest side; at least one pixel in each direction."""
    longest = max(picture.size)
    width, height = (max(1, round(edge / longest * side)) for edge in picture.size)
    return picture.resize((width, height), resampling)


def _encoded(image: Image.Image, file_format: str) -> bytes:
    written = io.BytesIO()
    image.save(written, format=file_format, **_ENCODING[file_format])
    return written.getvalue()


def _blurhash(picture: Image.Image) -> str:
    small = _contained(picture, _BLURHASH_SIDE, Image.Resampling.BILINEAR)
    wide = picture.width >= picture.height
    data = small.tobytes()
    row = small.width * 3
    rows = [
        [list(data[start + x : start + x + 3]) for x in range(0, row, 3)] for start in range(0, row * small.height, row)
    ]
    return str(blurhash.encode(rows, components_x=4 if wide else 3, components_y=3 if wide else 4))


def _dhash(picture: Image.Image) -> int:
    """Return a difference hash: one bit for each of 64 neighbours that is darker than the one left of it."""
    grey = picture.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for position in range(64):
        left = position // 8 * 9 + position % 8
        bits = bits << 1 | (grey[left] > grey[left + 1])
    return bits


__all__ = ["MAX_PIXELS", "MAX_SIDE", "prepare", "render"]

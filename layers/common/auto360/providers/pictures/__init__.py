"""Port to the picture encoder: untrusted bytes in, small pictures without metadata out (jobs only)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Format = Literal["WEBP", "JPEG", "PNG"]
Refusal = Literal["too_large", "not_a_picture", "too_many_pixels", "animated", "damaged", "too_heavy"]

CONTENT_TYPES: dict[Format, str] = {"WEBP": "image/webp", "JPEG": "image/jpeg", "PNG": "image/png"}


class PictureRefused(Exception):
    """Content that will never become a picture; `reason` is final."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


class EncoderBroken(RuntimeError):
    """Encoder itself failed, regardless of the content: try again later."""


@dataclass(frozen=True)
class Target:
    """Wanted output: longest side in pixels, and format. Smaller pictures are not enlarged."""

    side: int
    format: Format


@dataclass(frozen=True)
class Rendition:
    """Encoded output; `side` is the one of its target."""

    side: int
    format: Format
    width: int
    height: int
    content: bytes


@dataclass(frozen=True)
class EncodedPicture:
    """Outputs, smallest first, and facts about the picture. `dhash` is 64 bits."""

    renditions: tuple[Rendition, ...]
    blurhash: str
    dhash: int


class PictureEncoder(Protocol):
    """Encodes one picture at a time."""

    def encode(self, content: bytes, targets: Sequence[Target]) -> EncodedPicture:
        """Return upright outputs in sRGB without metadata, one per target and size; equal input gives equal output.

        Raises PictureRefused, EncoderBroken.
        """

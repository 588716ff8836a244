"""Content types of users' files: by file extension, never by the sender's declaration.

Browsers render a picture stored as `text/html` as a page, with the rights of its host.
"""

from collections.abc import Mapping

UNKNOWN = "application/octet-stream"
TYPES: Mapping[str, str] = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "pdf": "application/pdf",
}


def type_of(name: str) -> str:
    """Return the type of a file by its extension; a download for unknown ones."""
    return TYPES.get(name.rpartition(".")[2].lower(), UNKNOWN)


def safe_type(declared: str, *, name: str) -> str:
    """Return the declared type if no browser executes it, else that of the extension."""
    return declared if declared in TYPES.values() else type_of(name)

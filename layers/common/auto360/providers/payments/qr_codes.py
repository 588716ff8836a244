"""QR pictures of an order's text: SVG for the app, PNG where SVG cannot be shown."""

from io import BytesIO

_QUIET_ZONE_MODULES = 4
_PNG_PIXELS_PER_MODULE = 8


def qr_svg(text: str) -> str:
    """Draw a black and white QR code with its quiet zone as an SVG document that scales to its box."""
    return _drawn(text, "svg", scale=1, omitsize=True, xmldecl=False, svgns=True, light="#fff").decode()


def qr_png(text: str) -> bytes:
    """Draw a QR code as a PNG, 8 pixels a module."""
    return _drawn(text, "png", scale=_PNG_PIXELS_PER_MODULE)


def _drawn(text: str, kind: str, **options: object) -> bytes:
    import segno  # imported here, since few requests use it

    picture = BytesIO()
    # Level M is readable on a scratched screen; higher levels make codes of this length too fine for old cameras.
    code = segno.make_qr(text, error="m", boost_error=False)
    code.save(picture, kind=kind, border=_QUIET_ZONE_MODULES, **options)
    return picture.getvalue()

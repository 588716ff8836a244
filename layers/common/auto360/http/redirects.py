"""HTTP redirects."""

from aws_lambda_powertools.event_handler import Response


def redirect(url: str, *, seconds: int) -> Response[str]:
    """Return a 302 that may be kept for `seconds`; 0 forbids keeping it."""
    kept = f"public, max-age={seconds}" if seconds else "no-store"
    return Response(
        302, content_type="text/plain; charset=utf-8", body="", headers={"Location": url, "Cache-Control": kept}
    )

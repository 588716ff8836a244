"""Leading a caller to another address."""

from aws_lambda_powertools.event_handler import Response


def redirect(url: str, *, seconds: int) -> Response[str]:
    """302 to an address that may be kept for so many seconds; 0: it is good for this moment only."""
    kept = f"public, max-age={seconds}" if seconds else "no-store"
    return Response(
        302, content_type="text/plain; charset=utf-8", body="", headers={"Location": url, "Cache-Control": kept}
    )

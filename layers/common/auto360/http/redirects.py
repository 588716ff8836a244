"""HTTP redirects."""

from aws_lambda_powertools.event_handler import Response


def redirect(url: str) -> Response[str]:
    """Return a 302 that nothing may keep: a kept one would outlive the move or the deletion of its target."""
    return Response(
        302, content_type="text/plain; charset=utf-8", body="", headers={"Location": url, "Cache-Control": "no-store"}
    )

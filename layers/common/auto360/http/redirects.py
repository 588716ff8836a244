"""HTTP redirects."""

from aws_lambda_powertools.event_handler import Response


def redirect(url: str) -> Response[str]:
    """Return a 302 that no cache may keep: a cached one would outlive the transfer or deletion of its target."""
    return Response(
        302, content_type="text/plain; charset=utf-8", body="", headers={"Location": url, "Cache-Control": "no-store"}
    )

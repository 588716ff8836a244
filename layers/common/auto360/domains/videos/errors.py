"""Refusals of the rules about videos. SQL returns their codes as reasons."""

from collections.abc import Mapping
from typing import Any

from auto360.core.errors import (
    AccountBlocked,
    AuthenticationRequired,
    DomainError,
    Forbidden,
    IdempotencyKeyReused,
    NotFound,
)
from auto360.domains.listings.errors import VideoUnavailable


class UploadSessionOver(DomainError):
    """Upload session expired, used or revoked."""

    code, status = "upload_ticket_over", 409


class UploadTooLarge(DomainError):
    """Larger or longer than declared, or than allowed."""

    code, status = "upload_too_large", 413


class VideoNotReady(DomainError):
    """Video is being encoded, and no earlier one plays."""

    code, status = "video_not_ready", 409


class VideoServiceUnavailable(DomainError):
    """Video provider does not answer."""

    code, status = "video_service_unavailable", 503


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        *(UploadSessionOver, UploadTooLarge, VideoUnavailable),
        *(AccountBlocked, AuthenticationRequired, Forbidden, IdempotencyKeyReused, NotFound),
    )
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer of an SQL function, or raise its refusal."""
    if "reason" in answer:
        raise REFUSALS[answer["reason"]]
    return dict(answer)

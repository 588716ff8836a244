"""Refusals of the rules about videos. The reasons that SQL returns are these codes."""

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


class UploadTicketOver(DomainError):
    """The permission to upload has ended, was used, or was taken back."""

    code, status = "upload_ticket_over", 409


class UploadTooLarge(DomainError):
    """More or longer than was declared, or than is allowed at all."""

    code, status = "upload_too_large", 413


class VideoNotReady(DomainError):
    """The video is being made and replaces none that plays."""

    code, status = "video_not_ready", 409


class VideoServiceUnavailable(DomainError):
    """The video provider does not answer."""

    code, status = "video_service_unavailable", 503


REFUSALS: dict[str, type[DomainError]] = {
    refusal.code: refusal
    for refusal in (
        *(UploadTicketOver, UploadTooLarge, VideoUnavailable),
        *(AccountBlocked, AuthenticationRequired, Forbidden, IdempotencyKeyReused, NotFound),
    )
}


def accepted(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer of an SQL function, or its refusal raised."""
    if "reason" in answer:
        raise REFUSALS[answer["reason"]]
    return dict(answer)

"""Refusals of the rules about videos."""

from auto360.core.errors import DomainError


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

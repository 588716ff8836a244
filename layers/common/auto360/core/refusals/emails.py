"""Refusals of e-mail addresses and of links in mails."""

from auto360.core.errors import DomainError


class EmailLimit(DomainError):
    """Too many codes for e-mail addresses by this account or place."""

    code, status = "email_limit", 429


class EmailCodeInvalid(DomainError):
    """Code of an address wrong, expired, used or tried three times: one answer for all."""

    code, status = "email_code_invalid", 400


class EmailInUse(DomainError):
    """Address of another account; returned only after proof of access to its mail."""

    code, status = "email_in_use", 409


class EmailLinkInvalid(DomainError):
    """Unknown link, or one too old to be recorded."""

    code, status = "email_link_invalid", 404


class EmailLinkUsed(DomainError):
    """Link used already."""

    code, status = "email_link_used", 409


class EmailLinkReplaced(DomainError):
    """Link replaced by a later one for the address or change."""

    code, status = "email_link_replaced", 409


class EmailLinkExpired(DomainError):
    """Link expired, or its session has ended."""

    code, status = "email_link_expired", 410


class EmailLinkOtherAccount(DomainError):
    """Link of an account other than the caller's."""

    code, status = "email_link_other_account", 403


class EmailCodeClosed(DomainError):
    """Login code by e-mail refused, since SMS to this phone have not failed."""

    code, status = "email_code_closed", 409

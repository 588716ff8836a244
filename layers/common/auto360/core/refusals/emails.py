"""Refusals of e-mail addresses and of links in mails."""

from auto360.core.errors import DomainError


class EmailLimit(DomainError):
    """Too many codes for e-mail addresses by this account or place."""

    code, status = "email_limit", 429


class EmailCodeInvalid(DomainError):
    """Code of an address wrong, expired, used or tried three times: one answer for all."""

    code, status = "email_code_invalid", 400


class EmailInUse(DomainError):
    """Address of another account; told only to whoever has proved that he reads its mail."""

    code, status = "email_in_use", 409


class EmailLinkInvalid(DomainError):
    """No link of ours, or one so old that nothing is known of it."""

    code, status = "email_link_invalid", 404


class EmailLinkUsed(DomainError):
    """Link that has done its work."""

    code, status = "email_link_used", 409


class EmailLinkReplaced(DomainError):
    """Link of an address or change for which a later one came."""

    code, status = "email_link_replaced", 409


class EmailLinkExpired(DomainError):
    """Link whose time is over, or whose session has ended."""

    code, status = "email_link_expired", 410


class EmailLinkOtherAccount(DomainError):
    """Link of an account other than the caller's."""

    code, status = "email_link_other_account", 403


class EmailCodeClosed(DomainError):
    """Login code by e-mail, while SMS to this phone have not failed."""

    code, status = "email_code_closed", 409

"""Wiring of accounts: login, sessions, consents.

Each builder imports its parts, so that a function loads no other's code.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database

if TYPE_CHECKING:
    from auto360.domains.accounts.consents import Consents
    from auto360.domains.accounts.request_code import CodeIssuer
    from auto360.domains.accounts.sessions import Sessions
    from auto360.domains.accounts.verify_code import CodeChecker


@cache
def code_issuer() -> CodeIssuer:
    """Build the sender of login codes; needs no token-signing key."""
    from auto360.container.sms import deliver_sms
    from auto360.domains.accounts.code_policy import CodePolicy
    from auto360.domains.accounts.code_secrets import CodeSecretSettings
    from auto360.domains.accounts.code_text import AutofillSettings
    from auto360.domains.accounts.request_code import CodeIssuer

    secrets = CodeSecretSettings.load().secrets()
    return CodeIssuer(database(), secrets, CodePolicy.load(), AutofillSettings.load(), deliver_sms)


@cache
def code_checker() -> CodeChecker:
    """Build the checker of login codes; needs no SMS account."""
    from auto360.container.tokens import token_issuer
    from auto360.domains.accounts.code_policy import LockPolicy
    from auto360.domains.accounts.code_secrets import CodeSecretSettings
    from auto360.domains.accounts.sessions import SessionPolicy
    from auto360.domains.accounts.verify_code import CodeChecker

    secrets = CodeSecretSettings.load().secrets()
    return CodeChecker(database(), secrets, LockPolicy.load(), SessionPolicy.load(), token_issuer())


@cache
def sessions() -> Sessions:
    from auto360.container.tokens import token_issuer
    from auto360.domains.accounts.sessions import SessionPolicy, Sessions

    return Sessions(database(), SessionPolicy.load(), token_issuer())


@cache
def consents() -> Consents:
    from auto360.domains.accounts.consents import Consents, ConsentVersions

    return Consents(database(), ConsentVersions.load())

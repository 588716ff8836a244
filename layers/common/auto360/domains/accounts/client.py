"""Client of a login request."""

from dataclasses import dataclass

from auto360.core.messages import Language
from auto360.domains.accounts.code_text import Platform


@dataclass(frozen=True)
class Client:
    """Client of a login request. `address` comes from the gateway."""

    address: str
    language: Language = "ru"
    platform: Platform | None = None
    user_agent: str = ""
    request_id: str = ""

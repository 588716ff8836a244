"""Origins of the operations page, and the cookie marks that follow from them."""

from urllib.parse import urlsplit

from pydantic import field_validator

from auto360.core.settings import EnvSettings

_LOCAL = ("127.0.0.1", "localhost")


class PageSettings(EnvSettings):
    """`OPERATIONS_ORIGINS`: origins at which the page is opened, comma-separated, compared exactly.

    `https://` only, except on the machine itself; there cookies go without the marks that need TLS.
    """

    operations_origins: str

    @field_validator("operations_origins")
    @classmethod
    def _over_tls(cls, value: str) -> str:
        for origin in value.split(","):
            parts = urlsplit(origin)
            is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
            if not is_safe or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
                raise ValueError("must be origins such as https://api.example.kg, comma-separated")
        return value

    @property
    def origins(self) -> frozenset[str]:
        return frozenset(self.operations_origins.split(","))

    @property
    def over_tls(self) -> bool:
        """Return True when every origin is https."""
        return all(origin.startswith("https://") for origin in self.origins)

"""Port of the secret store: secrets that do not fit into a function's environment."""

from collections.abc import Mapping
from typing import Protocol


class SecretStoreFailure(Exception):
    """Failure of the store to respond with secrets. The message is our short code, never the store's text."""


class SecretStore(Protocol):
    """Secret store of a deployed function."""

    def secrets(self) -> Mapping[str, str]:
        """Return every secret of this function by its variable. Raises SecretStoreFailure."""

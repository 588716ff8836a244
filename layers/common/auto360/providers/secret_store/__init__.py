"""The port to the place where secrets are kept that do not fit into an environment."""

from collections.abc import Mapping
from typing import Protocol


class SecretStoreFailure(Exception):
    """The store did not answer, or not with secrets. The message is a short code of ours, never the store's text."""


class SecretStore(Protocol):
    """One store."""

    def secrets(self) -> Mapping[str, str]:
        """Return every secret of this function by its variable. Raises SecretStoreFailure."""

"""Verification of server certificates."""

import ssl
from functools import cache
from pathlib import Path


@cache
def tls_context() -> ssl.SSLContext:
    """Return a context with the system's store where there is one, else certifi's.

    The system's folder is read certificate by certificate when needed; certifi's one file is read whole, which takes 30
    ms of a cold start.
    """
    folder = ssl.get_default_verify_paths().capath
    if folder and any(Path(folder).glob("*.0")):
        return ssl.create_default_context(capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())

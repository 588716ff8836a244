"""Object storage: an S3 server with the buckets of VK Cloud, Yandex Object Storage and Supabase Storage."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.health import http_status
from local.paths import CHECKOUT, environ_for_tools
from local.processes import Child
from local.secrets import Keyring

VK_BUCKET = "360auto-backup"
YANDEX_BUCKET = "360auto-uploads"
PICTURE_BUCKET = "360auto-pictures-incoming"
# As in the migrations; locally on the same server under other keys.
SUPABASE_BUCKETS = ("avatars", "business-logos", "documents", "listings-thumbnails", "listings-videos", "pictures")
SUPABASE_REGION = "local"
# The project's limit, raised as in docs/deployment.md: a new project has 50 MB.
SUPABASE_FILE_BYTES = 100 * 1024 * 1024


@dataclass
class ObjectStorage:
    """Server."""

    port: int
    folder: Path
    keyring: Keyring
    log: Path
    gateway: str = field(repr=False)
    database: str = field(repr=False)
    child: Child = field(init=False)

    def __post_init__(self) -> None:
        settings = {
            "port": self.port,
            "folder": str(self.folder),
            "accounts": accounts(self.keyring),
            "gateway": self.gateway,
            "database": self.database,
            "rows": SUPABASE_BUCKETS,
            "project_bytes": SUPABASE_FILE_BYTES,
        }
        environ = {**environ_for_tools(), "AUTO360_S3": json.dumps(settings)}
        command = [sys.executable, "-u", "-m", "local.s3"]
        self.child = Child("S3", command, log=self.log, environ=environ, folder=CHECKOUT)

    def start(self) -> None:
        """Start it; `wait` returns when it answers."""
        self.child.start()

    def wait(self) -> None:
        """Wait for the first answer."""
        self.child.wait_until(lambda: http_status(self.port, "/_local/ready") == 200, 60)

    def stop(self) -> None:
        """Stop it."""
        self.child.stop()


def accounts(keyring: Keyring) -> list[dict[str, Any]]:
    """Return accounts and their buckets; each provider has its own keys."""
    return [
        _account(keyring.s3_access_key, keyring.s3_secret_key, VK_BUCKET),
        _account(keyring.yandex_storage_access_key, keyring.yandex_storage_secret_key, YANDEX_BUCKET, PICTURE_BUCKET),
        _account(keyring.supabase_storage_access_key, keyring.supabase_storage_secret_key, *SUPABASE_BUCKETS),
        # The Storage service writes the rows of objects in its buckets itself.
        {
            **_account(keyring.storage_service_access_key, keyring.storage_service_secret_key, *SUPABASE_BUCKETS),
            "is_storage": True,
        },
    ]


def storage_variables(keyring: Keyring, address: str) -> dict[str, str]:
    """Return the functions' variables for the stores."""
    return {
        "VK_CLOUD_ENDPOINT": address,
        "VK_CLOUD_BUCKET": VK_BUCKET,
        "VK_CLOUD_ACCESS_KEY": keyring.s3_access_key,
        "VK_CLOUD_SECRET_KEY": keyring.s3_secret_key,
        "YANDEX_STORAGE_ENDPOINT": address,
        "YANDEX_STORAGE_BUCKET": YANDEX_BUCKET,
        "PICTURE_INCOMING_BUCKET": PICTURE_BUCKET,
        "YANDEX_STORAGE_ACCESS_KEY": keyring.yandex_storage_access_key,
        "YANDEX_STORAGE_SECRET_KEY": keyring.yandex_storage_secret_key,
        "SUPABASE_STORAGE_ENDPOINT": address,
        "SUPABASE_STORAGE_REGION": SUPABASE_REGION,
        "SUPABASE_STORAGE_ACCESS_KEY": keyring.supabase_storage_access_key,
        "SUPABASE_STORAGE_SECRET_KEY": keyring.supabase_storage_secret_key,
    }


def _account(access_key: str, secret_key: str, *buckets: str) -> dict[str, Any]:
    return {"access_key": access_key, "secret_key": secret_key, "buckets": list(buckets)}

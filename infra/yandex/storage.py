"""Object Storage, with an S3 interface: bundles that are too large for a call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.yandex.cloud import CloudError
from infra.yandex.deployer_roles import advice

REGION = "ru-central1"


@dataclass
class Storage:
    """Bucket of bundles, with static keys from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""

    bucket: str
    endpoint: str = "https://storage.yandexcloud.net"

    @cached_property
    def _s3(self) -> Any:
        # Yandex does not accept the checksums that newer clients add by default.
        config = Config(request_checksum_calculation="when_required", response_checksum_validation="when_required")
        return boto3.client("s3", endpoint_url=self.endpoint, region_name=REGION, config=config)

    def put(self, path: Path, key: str) -> None:
        """Upload a missing file; a key contains the hash of its contents."""
        if not self._found(self._s3.head_object, Bucket=self.bucket, Key=key):
            with path.open("rb") as body:
                self._call(self._s3.put_object, Bucket=self.bucket, Key=key, Body=body)

    def _found(self, method: Any, **arguments: str) -> bool:
        try:
            method(**arguments)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise _refused(error) from error
        except BotoCoreError as error:
            raise _refused(error) from error
        return True

    @staticmethod
    def _call(method: Any, **arguments: Any) -> Any:
        try:
            return method(**arguments)
        except (BotoCoreError, ClientError) as error:
            raise _refused(error) from error


def _refused(error: Exception) -> CloudError:
    status = error.response["ResponseMetadata"]["HTTPStatusCode"] if isinstance(error, ClientError) else 0
    hint = f" {advice('objects.Put')}" if status == 403 else ""
    return CloudError(f"Object Storage refused: {error}.{hint}")

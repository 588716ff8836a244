"""Message Queue: the queue of failed events. Uses SQS's older form (query in, XML out), which Yandex certainly
supports; newer versions of boto3 use JSON.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlencode

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from infra.yandex.cloud import CloudError
from infra.yandex.deployer_roles import advice

REGION = "ru-central1"
_VERSION = "2012-11-05"
_TWO_WEEKS = str(14 * 24 * 3600)
_CALL_SECONDS = 30


@dataclass(frozen=True)
class Queues:
    """Message Queue, with static keys from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."""

    endpoint: str = "https://message-queue.api.cloud.yandex.net"

    def arn(self, name: str) -> str | None:
        """Return the ARN of a queue, or None for an unknown one."""
        address = self._address(name)
        if address is None:
            return None
        answer = self._call("GetQueueAttributes", QueueUrl=address, **{"AttributeName.1": "QueueArn"})
        return _element("Value", answer)

    def create(self, name: str) -> None:
        """Make a standard queue that keeps its messages for two weeks."""
        retention = {"Attribute.1.Name": "MessageRetentionPeriod", "Attribute.1.Value": _TWO_WEEKS}
        self._call("CreateQueue", QueueName=name, **retention)

    def delete(self, name: str) -> None:
        """Delete a queue with its messages."""
        address = self._address(name)
        if address is not None:
            self._call("DeleteQueue", QueueUrl=address)

    def _address(self, name: str) -> str | None:
        try:
            return _element("QueueUrl", self._call("GetQueueUrl", QueueName=name))
        except CloudError as error:
            if "NonExistentQueue" in str(error) or "QueueDoesNotExist" in str(error):
                return None
            raise

    def _call(self, action: str, **parameters: str) -> str:
        """Call once. Raises CloudError with the service's code."""
        credentials = boto3.Session().get_credentials()
        if credentials is None:
            raise CloudError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must hold a static key for Message Queue.")
        form = urlencode({"Action": action, "Version": _VERSION, **parameters})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        signed = AWSRequest("POST", self.endpoint + "/", headers=headers, data=form)
        SigV4Auth(credentials, "sqs", REGION).add_auth(signed)
        request = urllib.request.Request(  # noqa: S310 - our own https address
            self.endpoint + "/", data=form.encode(), headers=dict(signed.headers.items()), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=_CALL_SECONDS) as answer:  # noqa: S310
                text: str = answer.read().decode()
                return text
        except urllib.error.HTTPError as error:
            told = error.read().decode("utf-8", "replace")
            hint = f" {advice(f'queues.{action}')}" if error.code == 403 else ""
            raise CloudError(
                f"Message Queue refused {action}: {_element('Code', told) or error.code}.{hint}"
            ) from error
        except OSError as error:
            raise CloudError(f"Message Queue does not answer: {error}.") from error


def _element(name: str, text: str) -> str:
    """Return the text of an element; answers are flat, without nested elements."""
    found = re.search(rf"<{name}>([^<]*)</{name}>", text)
    return found[1] if found else ""

"""Simulated services on a port of their own, and the deployer's connection to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
from yandex.cloud.certificatemanager.v1 import certificate_service_pb2_grpc as certificate_grpc
from yandex.cloud.iam.v1 import service_account_service_pb2_grpc as iam_grpc
from yandex.cloud.lockbox.v1 import payload_service_pb2_grpc as payload_grpc
from yandex.cloud.lockbox.v1 import secret_service_pb2_grpc as lockbox_grpc
from yandex.cloud.operation import operation_service_pb2_grpc as operation_grpc
from yandex.cloud.quotamanager.v1 import quota_limit_service_pb2_grpc as quota_grpc
from yandex.cloud.resourcemanager.v1 import folder_service_pb2_grpc as folder_grpc
from yandex.cloud.serverless.apigateway.v1 import apigateway_service_pb2_grpc as gateway_grpc
from yandex.cloud.serverless.functions.v1 import function_service_pb2_grpc as functions_grpc
from yandex.cloud.serverless.triggers.v1 import trigger_service_pb2_grpc as triggers_grpc
from yandex.cloud.smartwebsecurity.v1 import security_profile_service_pb2_grpc as profile_grpc
from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter import (
    advanced_rate_limiter_profile_service_pb2_grpc as limiter_grpc,
)
from yandex.cloud.storage.v1 import bucket_service_pb2_grpc as bucket_grpc
from yandex.cloud.video.v1 import channel_service_pb2_grpc as channel_grpc
from yandex.cloud.vpc.v1 import network_service_pb2_grpc as network_grpc
from yandexcloud import SDK

from infra.yandex import deployer_roles
from infra.yandex.cloud import _UNLISTED, Cloud, _unlisted
from tests.support.yandex_cloud.functions import Functions
from tests.support.yandex_cloud.gateways import Gateways
from tests.support.yandex_cloud.resources import (
    Accounts,
    Buckets,
    Certificates,
    Channels,
    Folders,
    Limiters,
    Networks,
    Operations,
    Profiles,
    Quotas,
)
from tests.support.yandex_cloud.secrets import Payloads, Secrets
from tests.support.yandex_cloud.state import FakeCloud
from tests.support.yandex_cloud.triggers import Triggers
from tests.support.yandex_roles import CHANNEL_PLACE, CLOUD_PLACE, FOLDER_PLACE


def grant_documented(fake: FakeCloud, *, without: str = "") -> None:
    """Give the calling account every role of the document but one."""
    places = {"the cloud": CLOUD_PLACE, "the video channel": CHANNEL_PLACE}
    fake.granted = {FOLDER_PLACE: set(), CLOUD_PLACE: set(), CHANNEL_PLACE: set()}
    for each in deployer_roles.ROLES:
        if each.role != without:
            fake.granted[places.get(each.place, FOLDER_PLACE)].add(each.role)


def _known(stub: Any) -> Any:
    return _unlisted(stub) if stub in _UNLISTED else stub


@contextmanager
def serving(fake: FakeCloud) -> Iterator[Cloud]:
    """Yield the services on a port of their own, and the deployer's connection to them through the real SDK."""
    server = grpc.server(futures.ThreadPoolExecutor(16))
    # Methods that the deployer does not call stay unimplemented, and answer so.
    parts: list[tuple[Callable[..., object], Any]] = [
        (functions_grpc.add_FunctionServiceServicer_to_server, Functions),
        (triggers_grpc.add_TriggerServiceServicer_to_server, Triggers),
        (gateway_grpc.add_ApiGatewayServiceServicer_to_server, Gateways),
        (iam_grpc.add_ServiceAccountServiceServicer_to_server, Accounts),
        (lockbox_grpc.add_SecretServiceServicer_to_server, Secrets),
        (payload_grpc.add_PayloadServiceServicer_to_server, Payloads),
        (folder_grpc.add_FolderServiceServicer_to_server, Folders),
        (quota_grpc.add_QuotaLimitServiceServicer_to_server, Quotas),
        (bucket_grpc.add_BucketServiceServicer_to_server, Buckets),
        (operation_grpc.add_OperationServiceServicer_to_server, Operations),
        (channel_grpc.add_ChannelServiceServicer_to_server, Channels),
        (certificate_grpc.add_CertificateServiceServicer_to_server, Certificates),
        (network_grpc.add_NetworkServiceServicer_to_server, Networks),
        (profile_grpc.add_SecurityProfileServiceServicer_to_server, Profiles),
        (limiter_grpc.add_AdvancedRateLimiterProfileServiceServicer_to_server, Limiters),
    ]
    for add, kind in parts:
        add(kind(fake), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sdk = SDK(iam_token="t1.test")
    try:
        yield Cloud(
            lambda stub: sdk.client(_known(stub), endpoint=f"127.0.0.1:{port}", insecure=True),
            pause=lambda _seconds: None,
        )
    finally:
        server.stop(0)

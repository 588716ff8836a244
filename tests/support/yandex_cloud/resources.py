"""Accounts, folders, quotas, buckets, channels, certificates, networks, security profiles, operations."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf.wrappers_pb2 import DoubleValue
from yandex.cloud.certificatemanager.v1 import certificate_service_pb2_grpc as certificate_grpc
from yandex.cloud.certificatemanager.v1.certificate_pb2 import Certificate
from yandex.cloud.iam.v1 import service_account_service_pb2_grpc as iam_grpc
from yandex.cloud.iam.v1.service_account_pb2 import ServiceAccount
from yandex.cloud.iam.v1.service_account_service_pb2 import ListServiceAccountsResponse
from yandex.cloud.operation import operation_service_pb2_grpc as operation_grpc
from yandex.cloud.operation.operation_pb2 import Operation
from yandex.cloud.quotamanager.v1 import quota_limit_service_pb2_grpc as quota_grpc
from yandex.cloud.quotamanager.v1.quota_limit_service_pb2 import QuotaLimit
from yandex.cloud.resourcemanager.v1 import folder_service_pb2_grpc as folder_grpc
from yandex.cloud.resourcemanager.v1.folder_pb2 import Folder
from yandex.cloud.smartwebsecurity.v1 import security_profile_service_pb2_grpc as profile_grpc
from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter import (
    advanced_rate_limiter_profile_service_pb2_grpc as limiter_grpc,
)
from yandex.cloud.smartwebsecurity.v1.advanced_rate_limiter.advanced_rate_limiter_profile_pb2 import (
    AdvancedRateLimiterProfile,
)
from yandex.cloud.smartwebsecurity.v1.security_profile_pb2 import SecurityProfile
from yandex.cloud.storage.v1 import bucket_service_pb2_grpc as bucket_grpc
from yandex.cloud.storage.v1.bucket_pb2 import Bucket
from yandex.cloud.storage.v1.bucket_service_pb2 import ListBucketsResponse
from yandex.cloud.video.v1 import channel_service_pb2_grpc as channel_grpc
from yandex.cloud.video.v1.channel_pb2 import Channel
from yandex.cloud.vpc.v1 import network_service_pb2_grpc as network_grpc
from yandex.cloud.vpc.v1.network_pb2 import Network

from tests.support.yandex_cloud.access import Bindings
from tests.support.yandex_cloud.state import (
    CERTIFICATE,
    CHANNEL,
    CLOUD,
    FOLDER,
    LIMITER,
    NETWORK,
    PROFILE,
    FakeCloud,
    found,
    refuse_name,
)


class Accounts(iam_grpc.ServiceAccountServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def List(self, request: Any, context: Any) -> ListServiceAccountsResponse:  # noqa: N802
        self.cloud.count("Accounts.List", context)
        return ListServiceAccountsResponse(service_accounts=self.cloud.accounts.values())

    def Create(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Accounts.Create", context)
        refuse_name(request.name, self.cloud.accounts, context)
        made = ServiceAccount(id=self.cloud.new_id(), folder_id=FOLDER, name=request.name)
        self.cloud.accounts[made.id] = made
        return self.cloud.operation()

    def Delete(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Accounts.Delete", context)
        del self.cloud.accounts[found(self.cloud.accounts, request.service_account_id, context).id]
        return self.cloud.operation()


class Folders(Bindings, folder_grpc.FolderServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Folder:  # noqa: N802
        self.cloud.count("Folders.Get", context)
        if request.folder_id != FOLDER:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such folder")
        return Folder(id=FOLDER, cloud_id=CLOUD)


class Quotas(quota_grpc.QuotaLimitServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> QuotaLimit:  # noqa: N802
        self.cloud.count("Quotas.Get", context)
        limit = found(self.cloud.quotas, request.quota_id, context)
        return QuotaLimit(quota_id=request.quota_id, limit=DoubleValue(value=limit), usage=DoubleValue(value=0))


class Buckets(bucket_grpc.BucketServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def List(self, request: Any, context: Any) -> ListBucketsResponse:  # noqa: N802
        self.cloud.count("Buckets.List", context)
        return ListBucketsResponse(buckets=[Bucket(name=name) for name in self.cloud.buckets])

    def Create(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Buckets.Create", context)
        self.cloud.buckets.append(request.name)
        self.cloud.make_bucket(request.name)
        return self.cloud.operation()


class Channels(Bindings, channel_grpc.ChannelServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Channel:  # noqa: N802
        self.cloud.count("Channels.Get", context)
        found(dict.fromkeys([CHANNEL]), request.channel_id, context)
        return Channel(id=CHANNEL)


class Certificates(certificate_grpc.CertificateServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Certificate:  # noqa: N802
        self.cloud.count("Certificates.Get", context)
        found(dict.fromkeys([CERTIFICATE]), request.certificate_id, context)
        return Certificate(id=CERTIFICATE, status=self.cloud.certificate_status)


class Networks(network_grpc.NetworkServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Network:  # noqa: N802
        self.cloud.count("Networks.Get", context)
        found(dict.fromkeys([NETWORK]), request.network_id, context)
        return Network(id=NETWORK, folder_id=FOLDER)


class Profiles(profile_grpc.SecurityProfileServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> SecurityProfile:  # noqa: N802
        self.cloud.count("Profiles.Get", context)
        found(dict.fromkeys([PROFILE]), request.security_profile_id, context)
        return self.cloud.security_profile


class Limiters(limiter_grpc.AdvancedRateLimiterProfileServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> AdvancedRateLimiterProfile:  # noqa: N802
        self.cloud.count("Limiters.Get", context)
        found(dict.fromkeys([LIMITER]), request.advanced_rate_limiter_profile_id, context)
        return self.cloud.limiter


class Operations(operation_grpc.OperationServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def Get(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Operations.Get", context)
        return self.cloud.finished(request.operation_id)

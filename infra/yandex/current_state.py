"""Current state of a stage, read from the cloud: each part on first use, all of it again for each phase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from google.protobuf.message import Message
from yandex.cloud.access.access_pb2 import ListAccessBindingsRequest
from yandex.cloud.iam.v1.service_account_pb2 import ServiceAccount
from yandex.cloud.iam.v1.service_account_service_pb2 import ListServiceAccountsRequest
from yandex.cloud.lockbox.v1.secret_pb2 import Secret
from yandex.cloud.lockbox.v1.secret_service_pb2 import ListSecretsRequest
from yandex.cloud.serverless.apigateway.v1.apigateway_pb2 import ApiGateway
from yandex.cloud.serverless.apigateway.v1.apigateway_service_pb2 import GetOpenapiSpecRequest, ListApiGatewayRequest
from yandex.cloud.serverless.functions.v1.function_pb2 import Function, ScalingPolicy, Version
from yandex.cloud.serverless.functions.v1.function_service_pb2 import (
    ListFunctionsRequest,
    ListFunctionsVersionsRequest,
    ListScalingPoliciesRequest,
)
from yandex.cloud.serverless.triggers.v1.trigger_pb2 import Trigger
from yandex.cloud.serverless.triggers.v1.trigger_service_pb2 import ListTriggersRequest
from yandex.cloud.storage.v1.bucket_service_pb2 import ListBucketsRequest

from infra.stage import Stage
from infra.yandex.cloud import Cloud, Service

# Placeholder in a plan for the id of a resource that the deployment creates first.
NOT_YET = "<after the deployment>"


@dataclass
class Actual:
    """Resources of one stage: those whose names begin with its prefix."""

    cloud: Cloud
    stage: Stage

    @cached_property
    def accounts(self) -> dict[str, ServiceAccount]:
        """Service accounts by name."""
        request = ListServiceAccountsRequest(folder_id=self.stage.folder_id)
        return self._own(self.cloud.pages(self.cloud.accounts.List, request, "service_accounts"))

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Functions by name."""
        return self._own(self.cloud.pages(self.cloud.functions.List, self._folder(ListFunctionsRequest), "functions"))

    @cached_property
    def triggers(self) -> dict[str, Trigger]:
        """Triggers by name."""
        return self._own(self.cloud.pages(self.cloud.triggers.List, self._folder(ListTriggersRequest), "triggers"))

    @cached_property
    def secrets(self) -> dict[str, Secret]:
        """Secrets in Lockbox by name, without their values."""
        return self._own(self.cloud.pages(self.cloud.secrets.List, self._folder(ListSecretsRequest), "secrets"))

    @cached_property
    def gateways(self) -> dict[str, ApiGateway]:
        """Gateways by name."""
        request = self._folder(ListApiGatewayRequest)
        return self._own(self.cloud.pages(self.cloud.gateways.List, request, "api_gateways"))

    @cached_property
    def _versions(self) -> dict[str, list[Version]]:
        request = ListFunctionsVersionsRequest(folder_id=self.stage.folder_id)
        found: dict[str, list[Version]] = {}
        for version in self.cloud.pages(self.cloud.functions.ListVersions, request, "versions"):
            found.setdefault(version.function_id, []).append(version)
        return found

    def versions(self, resource: str) -> list[Version]:
        """Return the versions of a function that are ready, newest first."""
        function = self.functions.get(resource)
        found = self._versions.get(function.id, []) if function else []
        usable = [version for version in found if version.status == Version.Status.ACTIVE]
        return sorted(usable, key=lambda version: version.created_at.ToNanoseconds(), reverse=True)

    def tagged(self, resource: str, tag: str) -> Version | None:
        """Return the version of a function with a tag."""
        return next((version for version in self.versions(resource) if tag in version.tags), None)

    def account_id(self, name: str) -> str:
        """Return the id of a service account, or its placeholder in a plan."""
        return self.accounts[name].id if name in self.accounts else NOT_YET

    def function_id(self, resource: str) -> str:
        """Return the id of a function, or its placeholder in a plan."""
        return self.functions[resource].id if resource in self.functions else NOT_YET

    def subjects(self, service: Service, resource_id: str, role: str) -> set[str]:
        """Return the service accounts that have a role on a resource."""
        if resource_id == NOT_YET:
            return set()
        request = ListAccessBindingsRequest(resource_id=resource_id)
        bindings = self.cloud.pages(service.ListAccessBindings, request, "access_bindings")
        return {each.subject.id for each in bindings if each.role_id == role and each.subject.type == "serviceAccount"}

    def scaling(self, resource: str, tag: str) -> ScalingPolicy | None:
        """Return the scaling of a function's tag."""
        if resource not in self.functions:
            return None
        request = ListScalingPoliciesRequest(function_id=self.functions[resource].id)
        policies = self.cloud.pages(self.cloud.functions.ListScalingPolicies, request, "scaling_policies")
        return next((policy for policy in policies if policy.tag == tag), None)

    def specification(self, gateway: ApiGateway) -> str:
        """Return the specification of a gateway."""
        request = GetOpenapiSpecRequest(api_gateway_id=gateway.id, format=GetOpenapiSpecRequest.Format.JSON)
        return str(self.cloud.call(self.cloud.gateways.GetOpenapiSpec, request).openapi_spec)

    def has_bucket(self, name: str) -> bool:
        """Return True if the folder has this bucket."""
        return name in self._buckets

    @cached_property
    def _buckets(self) -> set[str]:
        request = ListBucketsRequest(folder_id=self.stage.folder_id)
        return {bucket.name for bucket in self.cloud.pages(self.cloud.buckets.List, request, "buckets")}

    def _folder(self, kind: type[Any]) -> Message:
        request: Message = kind(folder_id=self.stage.folder_id)
        return request

    def _own(self, found: Iterable[Any]) -> dict[str, Any]:
        return {each.name: each for each in found if each.name.startswith(f"{self.stage.prefix}-")}

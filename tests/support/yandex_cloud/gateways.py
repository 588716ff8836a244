"""API gateways, their specifications and domains."""

from __future__ import annotations

import json
from typing import Any

from yandex.cloud.operation.operation_pb2 import Operation
from yandex.cloud.serverless.apigateway.v1 import apigateway_service_pb2_grpc as gateway_grpc
from yandex.cloud.serverless.apigateway.v1.apigateway_pb2 import ApiGateway, AttachedDomain
from yandex.cloud.serverless.apigateway.v1.apigateway_service_pb2 import GetOpenapiSpecResponse, ListApiGatewayResponse

from tests.support.yandex_cloud.state import CERTIFICATE, PROFILE, FakeCloud, change, found, refuse_name


class Gateways(gateway_grpc.ApiGatewayServiceServicer):
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud

    def List(self, request: Any, context: Any) -> ListApiGatewayResponse:  # noqa: N802
        self.cloud.count("Gateways.List", context)
        return ListApiGatewayResponse(api_gateways=self.cloud.gateways.values())

    def Create(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Gateways.Create", context)
        self._refuse_specification(request.openapi_spec, context)
        refuse_name(request.name, self.cloud.gateways, context)
        made = ApiGateway(
            id=self.cloud.new_id(),
            name=request.name,
            labels=request.labels,
            log_options=request.log_options,
            execution_timeout=request.execution_timeout,
            domain="d5dfake.apigw.example",
        )
        self.cloud.gateways[made.id] = made
        self.cloud.specifications[made.id] = request.openapi_spec
        return self.cloud.operation()

    def Update(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Gateways.Update", context)
        if "openapi_spec" in request.update_mask.paths:
            self._refuse_specification(request.openapi_spec, context)
        change(found(self.cloud.gateways, request.api_gateway_id, context), request)
        if "openapi_spec" in request.update_mask.paths:
            self.cloud.specifications[request.api_gateway_id] = request.openapi_spec
        return self.cloud.operation()

    def Delete(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Gateways.Delete", context)
        del self.cloud.gateways[found(self.cloud.gateways, request.api_gateway_id, context).id]
        return self.cloud.operation()

    def AddDomain(self, request: Any, context: Any) -> Operation:  # noqa: N802
        self.cloud.count("Gateways.AddDomain", context)
        gateway = found(self.cloud.gateways, request.api_gateway_id, context)
        self.cloud.require("certificates.view", context)
        found(dict.fromkeys([CERTIFICATE]), request.certificate_id, context)
        gateway.attached_domains.append(AttachedDomain(domain=request.domain_name, enabled=True))
        return self.cloud.operation()

    def _refuse_specification(self, text: str, context: Any) -> None:
        specification = json.loads(text)
        self.cloud.require("accounts.use", context)
        profile = specification["x-yc-apigateway"].get("smartWebSecurity", {}).get("securityProfileId")
        if profile:
            self.cloud.require("profiles.use", context)
            found(dict.fromkeys([PROFILE]), profile, context)

    def GetOpenapiSpec(self, request: Any, context: Any) -> GetOpenapiSpecResponse:  # noqa: N802
        self.cloud.count("Gateways.GetOpenapiSpec", context)
        return GetOpenapiSpecResponse(openapi_spec=found(self.cloud.specifications, request.api_gateway_id, context))

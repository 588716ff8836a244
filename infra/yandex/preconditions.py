"""Preconditions created manually before the first deployment, and the findings when one is missing.

Each finding is one sentence with the place to create it. Resources made by the deployer are not preconditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from yandex.cloud.certificatemanager.v1.certificate_pb2 import Certificate
from yandex.cloud.certificatemanager.v1.certificate_service_pb2 import GetCertificateRequest
from yandex.cloud.resourcemanager.v1.folder_service_pb2 import GetFolderRequest
from yandex.cloud.smartwebsecurity.v1.security_profile_service_pb2 import GetSecurityProfileRequest
from yandex.cloud.video.v1.channel_service_pb2 import GetChannelRequest
from yandex.cloud.vpc.v1.network_service_pb2 import GetNetworkRequest

from infra.stage import Stage, load_stage
from infra.yandex.cloud import Cloud, CloudError, Method
from infra.yandex.current_state import Actual
from infra.yandex.desired_state import VIDEO_CHANNEL, Wanted

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_EXAMPLE = "example"


def missing_preconditions(wanted: Wanted, actual: Actual, environ: Mapping[str, str]) -> Iterator[str]:
    """Manual steps required before a deployment can succeed."""
    stage, cloud = wanted.stage, actual.cloud
    yield from _left_from_the_example(stage)
    for name in _KEYS:
        if not environ.get(name):
            yield f"{name} is not set: it is half of the deploying account's static access key."
    for what in _things(wanted, cloud):
        yield from what.missing(cloud, stage)


@dataclass(frozen=True)
class _Thing:
    """Resource named by a key of the stage's file; `look` returns its fault."""

    kind: str
    key: str
    method: Method
    request: Message
    look: Callable[[Any], str] = lambda _found: ""

    def missing(self, cloud: Cloud, stage: Stage) -> Iterator[str]:
        """Yield a sentence when the precondition is missing, not visible to us, or unusable."""
        try:
            fault = self.look(cloud.call(self.method, self.request))
        except CloudError as error:
            if error.status not in ("NOT_FOUND", "INVALID_ARGUMENT", "PERMISSION_DENIED"):
                raise
            fault = str(error)
        if fault:
            yield f"`{self.key}` in infra/stages/{stage.name}.toml names no {self.kind} that can be used: {fault}"


def _things(wanted: Wanted, cloud: Cloud) -> Iterator[_Thing]:
    stage = wanted.stage
    yield _Thing("folder", "folder_id", cloud.folders.Get, GetFolderRequest(folder_id=stage.folder_id))
    if wanted.video_channel:
        channel = GetChannelRequest(channel_id=wanted.video_channel)
        yield _Thing("video channel", VIDEO_CHANNEL, cloud.channels.Get, channel)
    if stage.network_id:
        network = GetNetworkRequest(network_id=stage.network_id)
        yield _Thing("network", "network_id", cloud.networks.Get, network)
    if stage.security_profile_id:
        profile = GetSecurityProfileRequest(security_profile_id=stage.security_profile_id)
        yield _Thing("security profile", "security_profile_id", cloud.profiles.Get, profile)
    if stage.certificate_id:
        certificate = GetCertificateRequest(certificate_id=stage.certificate_id)
        yield _Thing("certificate", "certificate_id", cloud.certificates.Get, certificate, _unissued)


def _unissued(certificate: Certificate) -> str:
    if certificate.status == Certificate.Status.ISSUED:
        return ""
    return "it is not issued yet; look at its domain check in Certificate Manager."


def _left_from_the_example(stage: Stage) -> Iterator[str]:
    """Values copied from example.toml, which must be replaced."""
    if stage.name == _EXAMPLE:
        return
    example = load_stage(_EXAMPLE)
    for name in ("folder_id", "domain", "certificate_id"):
        if getattr(stage, name) and getattr(stage, name) == getattr(example, name):
            yield f"`{name}` in infra/stages/{stage.name}.toml is still that of example.toml."
    for name, value in stage.parameters.items():
        if _EXAMPLE in value and value == example.parameters.get(name):
            yield f"The parameter {name} in infra/stages/{stage.name}.toml is still that of example.toml."

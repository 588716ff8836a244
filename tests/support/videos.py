"""Simulated video providers in this process, our clients of them, and files to upload."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest

from auto360.providers.transport.connections import new_client
from auto360.providers.transport.exchange import RetryPolicy
from auto360.providers.transport.lines import Lines
from auto360.providers.video import PlannedUpload, ProviderVideo, UploadTarget
from auto360.providers.video.api_video import ApiVideo, ApiVideoSettings
from auto360.providers.video.copying import Progress
from auto360.providers.video.iam import IamSettings, IamTokens, KeyExchange
from auto360.providers.video.source import HttpSource
from auto360.providers.video.tus import TusCopy, TusPolicy
from auto360.providers.video.yandex import YandexVideo, YandexVideoSettings
from local.function_environment import VIDEO_CHANNEL, video_providers
from local.secrets import Keyring
from local.simulators.api_video import ApiVideo as ApiVideoSide
from local.simulators.api_video_library import ApiVideoAccount
from local.simulators.media import Film, MadeFile
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_iam import Iam, ServiceAccount
from local.simulators.yandex_video import YandexVideo as YandexSide
from tests.support.lines import lines_of

RETRY_POLICY = RetryPolicy(total_seconds=10.0, call_seconds=5.0, tries=6, first_wait_seconds=0.02)


@dataclass
class VideoWorld:
    """Both providers and their addresses. Encoding takes no time unless a test says so."""

    api_video: ApiVideoSide
    yandex: YandexSide
    keyring: Keyring
    url: str
    http: httpx.Client = field(default_factory=lambda: new_client(timeout=10.0))

    @property
    def environ(self) -> dict[str, str]:
        """Return the accounts as functions find them in their environment."""
        return video_providers(self.keyring, self.url)

    @property
    def lines(self) -> Lines:
        """Return the lines of our clients; hooks of `http` see what goes over them."""
        return lines_of(self.http)

    def tokens(self) -> IamTokens:
        """Tokens by the service account's key."""
        return IamTokens(lambda: None, KeyExchange(IamSettings.load(self.environ), self.lines, RETRY_POLICY))

    def provider(self, name: str, *, retry_policy: RetryPolicy = RETRY_POLICY) -> ApiVideo | YandexVideo:
        """Return our client of a provider."""
        if name == "api_video":
            return ApiVideo(ApiVideoSettings.load(self.environ), self.lines, retry_policy=retry_policy)
        settings = YandexVideoSettings.load(self.environ)
        return YandexVideo(settings, self.lines, self.tokens(), retry_policy=retry_policy)

    def turn(self, provider: str, **parameters: object) -> None:
        """Break or mend a provider."""
        self.side(provider).turn(dict(parameters))

    def side(self, provider: str) -> ApiVideoSide | YandexSide:
        """Return a provider's own side."""
        return self.api_video if provider == "api_video" else self.yandex

    def seed(self, provider: str, *, size: int = 100_000, title: str = "", film: Film | None = None) -> str:
        """Return a ready video that has been there for long; gives its id."""
        if provider == "api_video":
            return self.api_video.library.seed(size=size, title=title, film=film).id
        return self.yandex.seed(size=size, title=title, film=film).id

    def send(self, target: UploadTarget, file: MadeFile, *, name: str = "video.mp4") -> str:
        """Upload a file under a name, as an app would; gives the provider's id of the video."""
        if target.protocol == "tus":
            headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
            headers["Content-Type"] = "application/offset+octet-stream"
            self.http.patch(target.url, content=whole(file), headers=headers).raise_for_status()
            assert target.video_id
            return target.video_id
        answer = self.http.post(target.url, files={"file": (name, whole(file), "video/mp4")})
        answer.raise_for_status()
        return str(answer.json()["videoId"])

    def copy(self, target: UploadTarget, source: HttpSource, **options: object) -> Progress:
        """Run our copier once, with a minute to do it in."""
        policy = TusPolicy(chunk_bytes=256 * 1024, first_wait_seconds=0.05, tries=20)
        ends_at = time.monotonic() + 60
        return TusCopy(self.http, target.url, source, ends_at, **{"policy": policy, **options}).run()  # type: ignore[arg-type]

    def ready(self, name: str, video_id: str) -> ProviderVideo:
        """Return the video once its provider calls it ready."""
        until = time.monotonic() + 10
        while time.monotonic() < until:
            found = self.provider(name).find([video_id])[video_id]
            if found.state == "ready":
                return found
            time.sleep(0.02)
        raise AssertionError("The video did not become ready.")


def whole(file: MadeFile) -> bytes:
    """Return all bytes of a small file."""
    return b"".join(file.read(0, file.size))


def planned(file: MadeFile, **changes: object) -> PlannedUpload:
    """Return an upload of exactly this file."""
    values = {"reference": str(uuid4()), "bytes": file.size, "seconds": 900, "title": "Тойота Камри", **changes}
    return PlannedUpload(**values)  # type: ignore[arg-type]


def new_file(size: int = 300_000, seconds: float = 12.4) -> MadeFile:
    """Return a file like no other."""
    return MadeFile(uuid4().hex, size, Film(seconds, 1280, 720))


@pytest.fixture
def videos() -> Iterator[VideoWorld]:
    """Fresh providers, in order."""
    keyring = Keyring.generate(KEYS)
    KEYS.setdefault("yandex_private_key_pem", keyring.yandex_private_key_pem)
    account = ApiVideoAccount(keyring.api_video_key)
    environ = video_providers(keyring, "")
    iam = Iam(ServiceAccount.of_key(environ["YANDEX_SERVICE_ACCOUNT_KEY"]))
    apivideo, yandex = ApiVideoSide(account), YandexSide(VIDEO_CHANNEL, iam)
    with served(Simulators(Phone(), {"api_video": apivideo, "yandex": yandex})) as url:
        world = VideoWorld(apivideo, yandex, keyring, url)
        world.turn("api_video", encode_seconds=0)
        world.turn("yandex", encode_seconds=0)
        yield world
        world.http.close()


# An RSA key takes long to make: one for all tests of a process.
KEYS: dict[str, str] = {}

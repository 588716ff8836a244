"""Services of a rehearsal: a database with PostgREST, and both video providers simulated in this process."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.function_environment import VIDEO_CHANNEL, Addresses, function_environment, token_keys, video_providers
from local.migrations import Schema
from local.paths import MIGRATIONS
from local.ports import HOST, free_base
from local.postgres import Postgres
from local.postgres_location import place
from local.postgrest import PostgREST
from local.secrets import Keyring
from local.simulators.api_video import ApiVideo
from local.simulators.api_video_library import ApiVideoAccount
from local.simulators.phone import Phone
from local.simulators.serving import Simulators, served
from local.simulators.yandex_iam import Iam, ServiceAccount
from local.simulators.yandex_video import YandexVideo
from local.supabase_project import prepare_project


@dataclass(frozen=True)
class Stage:
    """Environment of a rehearsal. `environ` is for the transferring processes."""

    dsn: str
    environ: dict[str, str]
    api_video: ApiVideo
    yandex: YandexVideo


@contextmanager
def stage() -> Iterator[Stage]:
    """Start everything on free ports, and stop it."""
    folder, keyring, ports = Path(tempfile.mkdtemp(prefix="auto360-rehearsal-")), Keyring.generate(), free_base()
    folder.chmod(0o755)
    server = Postgres(
        place(folder / "postgres"), ports.postgres, keyring.postgres_password, folder / "postgres.log", durable=False
    )
    login = f"postgresql://authenticator:{keyring.authenticator_password}@{HOST}:{ports.postgres}/postgres"
    jwks = token_keys(keyring).postgrest_jwks()
    rest = PostgREST(login, jwks, ports.postgrest, ports.postgrest_admin, folder / "postgrest.log")
    iam = Iam(ServiceAccount.of_key(video_providers(keyring, "")["YANDEX_SERVICE_ACCOUNT_KEY"]))
    api_video, yandex = ApiVideo(ApiVideoAccount(keyring.api_video_key)), YandexVideo(VIDEO_CHANNEL, iam)
    try:
        server.start()
        prepare_project(server.superuser_dsn, keyring)
        Schema(server.dsn).migrate(MIGRATIONS)
        rest.start()
        with served(Simulators(Phone(), {"api_video": api_video, "yandex": yandex})) as url:
            addresses = Addresses(gateway=rest.url, postgrest=rest.url, simulators=url, s3=rest.url)
            yield Stage(server.dsn, function_environment(keyring, addresses, {}), api_video, yandex)
    finally:
        rest.stop()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

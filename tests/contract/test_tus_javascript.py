"""The tus project's own server takes our copies; tus-js-client, as in apps, uploads to the simulated Cloud Video."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from auto360.providers.video import UploadTarget, VideoRefused
from auto360.providers.video.copying import Progress, UploadGone
from auto360.providers.video.source import HttpSource
from infra.bytecode import node
from local.paths import CHECKOUT
from tests.support.plain_http import plain_request
from tests.support.videos import VideoWorld, new_file, planned, whole

_SIZE = 3_000_000
_SCRIPTS = Path(__file__).parent


@contextmanager
def script(name: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Yield a node process that prints JSON lines."""
    command = [str(node()), str(_SCRIPTS / name), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as process:
        try:
            yield process
        finally:
            process.kill()


def next_line(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "node has ended"
    said: dict[str, Any] = json.loads(line)
    return said


@contextmanager
def tus_project_server(folder: Path, size: int) -> Iterator[tuple[UploadTarget, subprocess.Popen[str]]]:
    """Yield one upload at the published server."""
    with script("tus_server.mjs", folder, size) as process:
        created = next_line(process)
        assert created["status"] == 201
        yield UploadTarget(created["url"], created["url"], "tus"), process


def received(folder: Path, target: UploadTarget) -> str:
    """Return the SHA-256 of the file that the server has kept."""
    return hashlib.sha256((folder / target.url.rpartition("/")[2]).read_bytes()).hexdigest()


def source_of(videos: VideoWorld, video_id: str) -> HttpSource:
    return HttpSource(videos.http, lambda: videos.provider("api_video").download(video_id))


def test_the_published_server_takes_our_copy_whole(videos: VideoWorld, tmp_path: Path) -> None:
    video_id = videos.seed("api_video", size=_SIZE)
    sha256 = videos.api_video.library.videos[video_id].body.sha256()  # type: ignore[union-attr]
    with tus_project_server(tmp_path, _SIZE) as (target, process):
        assert videos.copy(target, source_of(videos, video_id)).is_complete
        assert next_line(process) == {"complete": _SIZE}
        assert received(tmp_path, target) == sha256


def test_the_published_server_lets_a_killed_copy_go_on(videos: VideoWorld, tmp_path: Path) -> None:
    video_id = videos.seed("api_video", size=_SIZE)
    sha256 = videos.api_video.library.videos[video_id].body.sha256()  # type: ignore[union-attr]
    videos.turn("api_video", cut_percent=20)
    kept: list[Progress] = []

    class Killed(Exception):
        pass

    def dies_at_the_fourth(progress: Progress) -> None:
        kept.append(progress)
        if len(kept) == 4:
            raise Killed

    with tus_project_server(tmp_path, _SIZE) as (target, process):
        with pytest.raises(Killed):
            videos.copy(target, source_of(videos, video_id), on_progress=dies_at_the_fourth)
        rest = videos.copy(target, source_of(videos, video_id), chunks=kept[-1].chunks)
        assert rest.is_complete
        assert next_line(process) == {"complete": _SIZE}
        assert received(tmp_path, target) == sha256


def test_an_upload_that_the_published_server_does_not_know_is_gone(videos: VideoWorld, tmp_path: Path) -> None:
    video_id = videos.seed("api_video", size=_SIZE)
    with tus_project_server(tmp_path, _SIZE) as (target, _), pytest.raises(UploadGone):
        videos.copy(replace(target, url=target.url + "0"), source_of(videos, video_id))


def test_an_upload_of_another_size_at_the_published_server_is_refused(videos: VideoWorld, tmp_path: Path) -> None:
    video_id = videos.seed("api_video", size=_SIZE)
    with tus_project_server(tmp_path, _SIZE + 1) as (target, _), pytest.raises(VideoRefused):
        videos.copy(target, source_of(videos, video_id))


REFUSALS: dict[str, dict[str, str]] = {
    "no version": {"Tus-Resumable": ""},
    "another version": {"Tus-Resumable": "0.2.2"},
    "another offset": {"Upload-Offset": "7"},
    "no offset": {"Upload-Offset": ""},
    "another type": {"Content-Type": "video/mp4"},
}


@pytest.mark.parametrize("fault", sorted(REFUSALS))
def test_the_simulator_refuses_each_chunk_that_the_published_server_refuses(
    videos: VideoWorld, tmp_path: Path, fault: str
) -> None:
    ours = videos.provider("yandex").open(planned(new_file(size=_SIZE)))
    right = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    headers = {name: value for name, value in {**right, **REFUSALS[fault]}.items() if value}
    with tus_project_server(tmp_path, _SIZE) as (theirs, _):
        for upload in (ours, theirs):
            # Their statuses differ where the protocol leaves a choice, so the offset decides.
            assert httpx.patch(upload.url, content=b"1234", headers=headers).is_client_error
            assert httpx.head(upload.url, headers={"Tus-Resumable": "1.0.0"}).headers["Upload-Offset"] == "0"


@pytest.mark.parametrize("method", ["HEAD", "PATCH"])
def test_the_simulator_answers_with_the_headers_of_the_published_server(
    videos: VideoWorld, tmp_path: Path, method: str
) -> None:
    ours = videos.provider("yandex").open(planned(new_file(size=_SIZE)))
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    content = b"1234" if method == "PATCH" else None

    def protocol_headers(url: str) -> dict[str, str]:
        answer = plain_request(method, url, headers=headers, content=content).raise_for_status()
        return {name: value for name, value in answer.headers.items() if name.startswith(("tus-", "upload-", "cache-"))}

    with tus_project_server(tmp_path, _SIZE) as (theirs, _):
        assert protocol_headers(ours.url) == protocol_headers(theirs.url)


def uploaded(url: str, file: Path, *, abort_at: int = 0) -> list[dict[str, Any]]:
    """Run tus-js-client with chunks of 256 KiB; gives what it prints."""
    with script("tus_client.mjs", url, file, 256 * 1024, abort_at) as process:
        assert process.stdout is not None
        return [json.loads(line) for line in process.stdout]


def test_the_published_javascript_client_uploads_through_cuts_and_failing_calls(
    videos: VideoWorld, tmp_path: Path
) -> None:
    file = new_file(size=_SIZE)
    path = tmp_path / "film.mp4"
    path.write_bytes(whole(file))
    target = videos.provider("yandex").open(planned(file))
    videos.turn("yandex", fail_percent=10, cut_percent=20)
    assert uploaded(target.url, path)[-1] == {"complete": True}
    videos.turn("yandex", fail_percent=0, cut_percent=0)
    assert target.video_id
    assert videos.ready("yandex", target.video_id).bytes == _SIZE
    body = videos.yandex.videos[target.video_id].body
    assert body is not None
    assert body.sha256() == file.sha256()


def test_the_published_javascript_client_goes_on_after_the_app_was_closed(videos: VideoWorld, tmp_path: Path) -> None:
    file = new_file(size=_SIZE)
    path = tmp_path / "film.mp4"
    path.write_bytes(whole(file))
    target = videos.provider("yandex").open(planned(file))
    first = uploaded(target.url, path, abort_at=1_000_000)
    assert "aborted" in first[-1]
    second = uploaded(target.url, path)
    assert second[0]["accepted"] > first[-1]["aborted"]
    assert second[-1] == {"complete": True}
    assert target.video_id
    body = videos.yandex.videos[target.video_id].body
    assert body is not None
    assert body.sha256() == file.sha256()


def test_the_published_javascript_client_gives_up_an_upload_that_is_gone(videos: VideoWorld, tmp_path: Path) -> None:
    file = new_file(size=_SIZE)
    path = tmp_path / "film.mp4"
    path.write_bytes(whole(file))
    target = videos.provider("yandex").open(planned(file))
    assert target.video_id
    videos.provider("yandex").delete(target.video_id)
    assert uploaded(target.url, path) == [{"failed": 404}]

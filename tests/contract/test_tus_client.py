"""tuspy, a published client of the tus protocol, uploads to the simulated Cloud Video, at once and after a break."""

from __future__ import annotations

import io
from typing import Any

import pytest
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from tests.support.videos import VideoWorld, new_file, planned, whole


def opened(videos: VideoWorld, content: bytes) -> tuple[str, str]:
    """Return the address of an upload and its video."""
    file = new_file(size=len(content))
    target = videos.provider("yandex").open(planned(file))
    assert target.video_id
    return target.url, target.video_id


def uploader(url: str, content: bytes) -> Any:
    return TusClient(url).uploader(file_stream=io.BytesIO(content), url=url, chunk_size=64 * 1024)


def test_a_published_client_uploads_a_video(videos: VideoWorld) -> None:
    content = whole(new_file())
    url, video_id = opened(videos, content)
    uploader(url, content).upload()
    assert videos.ready("yandex", video_id).bytes == len(content)


def test_a_published_client_goes_on_after_a_break(videos: VideoWorld) -> None:
    content = whole(new_file())
    url, video_id = opened(videos, content)
    uploader(url, content).upload(stop_at=128 * 1024)
    assert videos.provider("yandex").find([video_id])[video_id].state == "awaiting_upload"
    second = uploader(url, content)
    assert second.offset == 128 * 1024
    second.upload()
    assert videos.ready("yandex", video_id).bytes == len(content)


def test_a_published_client_is_told_that_its_offset_is_wrong(videos: VideoWorld) -> None:
    content = whole(new_file())
    url, _ = opened(videos, content)
    first, second = uploader(url, content), uploader(url, content)
    first.upload_chunk()
    with pytest.raises(TusCommunicationError) as refused:
        second.upload_chunk()
    assert refused.value.status_code == 409

"""Copying a file from one provider to the other: whole, through every fault, in pieces of time."""

import hashlib
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import cast

import httpx
import pytest

from auto360.providers.video import Download, VideoRefused, VideoUnreachable
from auto360.providers.video.copying import Chunk, FileInfo, Progress, SourceChanged, UploadGone
from auto360.providers.video.source import HttpSource
from auto360.providers.video.tus import TusCopy, TusPolicy
from local.simulators.media import MadeFile
from tests.support.videos import VideoWorld, new_file, planned


def source_of(videos: VideoWorld, video_id: str) -> HttpSource:
    return HttpSource(videos.http, lambda: videos.provider("api_video").download(video_id))


def at_api_video(videos: VideoWorld, size: int) -> tuple[str, MadeFile]:
    video = videos.api_video.library.seed(size=size)
    assert isinstance(video.body, MadeFile)
    return video.id, video.body


def received_sha256(videos: VideoWorld, video_id: str) -> str:
    body = videos.yandex.videos[video_id].body
    assert body is not None
    return body.sha256()


def assert_chunks_are(chunks: tuple[Chunk, ...], file: MadeFile) -> None:
    """Require chunks that cover the file without a gap, each with the hash of its bytes."""
    assert [chunk.begin for chunk in chunks] == [0, *(chunk.end for chunk in chunks[:-1])]
    assert chunks[-1].end == file.size
    for chunk in chunks:
        assert hashlib.sha256(b"".join(file.read(chunk.begin, chunk.end))).hexdigest() == chunk.sha256


def test_a_file_arrives_whole_with_a_hash_of_each_chunk(videos: VideoWorld) -> None:
    video_id, file = at_api_video(videos, 1_000_000)
    target = videos.provider("yandex").open(planned(file))
    progress = videos.copy(target, source_of(videos, video_id))
    assert progress.is_complete
    assert_chunks_are(progress.chunks, file)
    assert target.video_id
    assert received_sha256(videos, target.video_id) == file.sha256()
    assert videos.ready("yandex", target.video_id).bytes == file.size


def test_cuts_on_both_sides_and_failing_calls_change_nothing(videos: VideoWorld) -> None:
    video_id, file = at_api_video(videos, 3_000_000)
    target = videos.provider("yandex").open(planned(file))
    source = source_of(videos, video_id)
    videos.turn("api_video", fail_percent=5, cut_percent=20)
    videos.turn("yandex", fail_percent=5, cut_percent=20)
    progress = videos.copy(target, source)
    assert_chunks_are(progress.chunks, file)
    assert target.video_id
    assert received_sha256(videos, target.video_id) == file.sha256()


def test_a_later_run_goes_on_where_an_earlier_one_was_killed(videos: VideoWorld) -> None:
    video_id, file = at_api_video(videos, 2_000_000)
    target = videos.provider("yandex").open(planned(file))
    kept: list[Progress] = []

    class Killed(Exception):
        pass

    def dies_after_three(progress: Progress) -> None:
        kept.append(progress)
        if len(kept) % 4 == 3:
            raise Killed

    runs = 0
    progress = Progress(0, file.size)
    while not progress.is_complete:
        runs += 1
        source = HttpSource(videos.http, source_of(videos, video_id).download, FileInfo(file.size, f'"{video_id}"'))
        try:
            progress = videos.copy(target, source, chunks=kept[-1].chunks if kept else (), on_progress=dies_after_three)
        except Killed:
            continue
    assert runs >= 3
    assert_chunks_are(progress.chunks, file)
    assert target.video_id
    assert received_sha256(videos, target.video_id) == file.sha256()


def test_bytes_of_a_run_that_told_nobody_are_hashed_again(videos: VideoWorld) -> None:
    video_id, file = at_api_video(videos, 900_000)
    target = videos.provider("yandex").open(planned(file))
    first = b"".join(file.read(0, 500_001))
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    videos.http.patch(target.url, content=first, headers=headers).raise_for_status()
    progress = videos.copy(target, source_of(videos, video_id))
    assert_chunks_are(progress.chunks, file)


def test_a_run_ends_in_time_and_says_how_far_it_came(videos: VideoWorld) -> None:
    video_id, file = at_api_video(videos, 4_000_000)
    target = videos.provider("yandex").open(planned(file))
    policy = TusPolicy(chunk_bytes=256 * 1024, reserve_seconds=0.0)
    clock = iter(range(1000))
    copy = TusCopy(
        videos.http, target.url, source_of(videos, video_id), 30.0, policy=policy, monotonic=lambda: float(next(clock))
    )
    progress = copy.run()
    assert not progress.is_complete
    assert progress.offset == (progress.chunks[-1].end if progress.chunks else 0)
    finished = videos.copy(target, source_of(videos, video_id), chunks=progress.chunks)
    assert_chunks_are(finished.chunks, file)


def test_another_file_behind_the_link_is_noticed(videos: VideoWorld) -> None:
    video_id, file = at_api_video(videos, 400_000)
    other_id, _ = at_api_video(videos, 400_000)
    target = videos.provider("yandex").open(planned(file))
    known = FileInfo(file.size, f'"{video_id}"')
    source = HttpSource(videos.http, lambda: videos.provider("api_video").download(other_id), known)
    with pytest.raises(SourceChanged):
        videos.copy(target, source)


def test_a_link_that_has_ended_is_asked_for_anew(videos: VideoWorld) -> None:
    video_id = videos.seed("yandex", size=400_000)
    links = iter([videos.provider("yandex").download(video_id).url + "x"])
    yandex = videos.provider("yandex")

    def download() -> Download:
        url = next(links, None)
        return Download(url, "original") if url else yandex.download(video_id)

    assert HttpSource(videos.http, download).measure().bytes == 400_000


def test_a_private_file_is_read_in_many_pieces_by_one_session(videos: VideoWorld) -> None:
    video = videos.api_video.library.seed(size=900_000, is_public=False)
    assert isinstance(video.body, MadeFile)
    target = videos.provider("yandex").open(planned(video.body))
    progress = videos.copy(target, source_of(videos, video.id))
    assert_chunks_are(progress.chunks, video.body)


def test_an_upload_that_is_gone_is_begun_anew_by_somebody_else(videos: VideoWorld) -> None:
    video_id, file = at_api_video(videos, 400_000)
    target = videos.provider("yandex").open(planned(file))
    assert target.video_id
    videos.provider("yandex").delete(target.video_id)
    with pytest.raises(UploadGone):
        videos.copy(target, source_of(videos, video_id))


def test_an_upload_of_another_size_is_refused(videos: VideoWorld) -> None:
    video_id, _ = at_api_video(videos, 400_000)
    target = videos.provider("yandex").open(planned(new_file(size=400_001)))
    with pytest.raises(VideoRefused):
        videos.copy(target, source_of(videos, video_id))


def test_a_server_that_takes_small_pieces_only_gets_small_pieces(videos: VideoWorld) -> None:
    video_id, file = at_api_video(videos, 3_000_000)
    target = videos.provider("yandex").open(planned(file))
    videos.turn("yandex", patch_mib=0.3)
    policy = TusPolicy(chunk_bytes=2 * 1024 * 1024, first_wait_seconds=0.02, tries=8)
    assert videos.copy(target, source_of(videos, video_id), policy=policy).is_complete


def test_a_dead_server_is_given_up_after_some_tries(videos: VideoWorld) -> None:
    video_id, file = at_api_video(videos, 400_000)
    target = videos.provider("yandex").open(planned(file))
    videos.turn("yandex", mode="dead")
    policy = TusPolicy(tries=3, first_wait_seconds=0.01)
    with pytest.raises(VideoUnreachable):
        videos.copy(target, source_of(videos, video_id), policy=policy)


@dataclass
class Endless:
    """Source of 2 GB that is made while it is read."""

    size: int = 2 * 1024**3

    def measure(self) -> FileInfo:
        return FileInfo(self.size, None)

    def read(self, begin: int, end: int) -> nullcontext[Iterator[bytes]]:
        piece = bytes(1024 * 1024)
        return nullcontext(piece for _ in range(begin, end, len(piece)))


@dataclass
class Swallowing(httpx.BaseTransport):
    """Server that keeps nothing but the number of bytes."""

    taken: int = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "PATCH":
            assert request.headers["Content-Length"] == str(16 * 1024 * 1024)
            assert "Transfer-Encoding" not in request.headers
            self.taken += sum(len(piece) for piece in cast("httpx.SyncByteStream", request.stream))
        return httpx.Response(204, headers={"Upload-Offset": str(self.taken)})


def test_memory_stays_flat_with_two_gigabytes() -> None:
    with httpx.Client(transport=Swallowing()) as http:
        tracemalloc.start()
        progress = TusCopy(http, "http://127.0.0.1:1/x", Endless(), ends_at=time.monotonic() + 600).run()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert progress.is_complete
    assert peak < 8 * 1024 * 1024

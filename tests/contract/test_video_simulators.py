"""Simulated video providers have the habits of the real ones, also the bad ones."""

import hashlib
import time

import httpx
import pytest

from auto360.providers.video import LibraryFull, VideoRefused
from auto360.providers.video.api_video import ApiVideoSettings
from auto360.providers.video.api_video_reports import ApiVideoWebhooks, is_signed
from auto360.providers.video.hls import require_playable
from auto360.providers.video.yandex import checked_labels
from local.simulators.api_video_views import signature
from local.simulators.media import Film, MadeFile, film_in
from tests.support.simulators import Webhook
from tests.support.videos import VideoWorld, new_file, planned, whole

MIB = 1024 * 1024


def token(videos: VideoWorld, **body: object) -> str:
    answer = videos.http.post(
        f"{videos.url}/api_video/upload-tokens", json=body, auth=(videos.keyring.api_video_key, "")
    )
    assert answer.status_code == 201
    return str(answer.json()["token"])


def sent(videos: VideoWorld, name: str, piece: bytes, said: str | None = None, **fields: str) -> httpx.Response:
    return videos.http.post(
        f"{videos.url}/api_video/upload",
        params={"token": name},
        files={"file": ("a.mp4", piece, "video/mp4")},
        data=fields,
        headers={"Content-Range": said} if said else {},
    )


def test_a_token_without_ttl_is_eternal_and_any_token_is_good_for_many_videos(videos: VideoWorld) -> None:
    name = token(videos)
    assert videos.api_video.library.tokens[name].ends_at is None
    file = whole(new_file())
    assert len({sent(videos, name, file).json()["videoId"] for _ in range(3)}) == 3


def test_chunks_that_name_no_video_make_a_video_each(videos: VideoWorld) -> None:
    videos.turn("api_video", chunk_mib=0.1)
    name, file = token(videos, ttl=60), whole(new_file(size=300_000))
    ranges = [(0, 150_000), (150_000, 300_000)]
    made = [sent(videos, name, file[a:b], f"bytes {a}-{b - 1}/300000").json()["videoId"] for a, b in ranges]
    assert len(set(made)) == 2


@pytest.mark.parametrize("form", ["bytes", "part"])
def test_chunks_that_name_their_video_become_one(videos: VideoWorld, form: str) -> None:
    videos.turn("api_video", chunk_mib=0.1)
    name, file = token(videos, ttl=60), new_file(size=500_000)
    content = whole(file)
    pieces = [content[:200_000], content[200_000:400_000], content[400_000:]]
    said = ["bytes 0-199999/500000", "bytes 200000-399999/500000", "bytes 400000-499999/500000"]
    if form == "part":
        said = ["part 1/*", "part 2/*", "part 3/3"]
    video_id = sent(videos, name, pieces[0], said[0]).json()["videoId"]
    for piece, place in zip(pieces[1:], said[1:], strict=True):
        assert sent(videos, name, piece, place, videoId=video_id).status_code == 201
    found = videos.ready("api_video", video_id)
    assert found.bytes == 500_000
    body = videos.api_video.library.videos[video_id].body
    assert body is not None
    assert body.sha256() == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("size", "said", "status"),
    [(1000, "bytes 0-999/5000", 400), (1000, "bytes 0-500/5000", 400), (1000, "what", 400), (1000, "part 0/*", 400)],
)
def test_chunks_that_break_a_rule_are_refused(videos: VideoWorld, size: int, said: str, status: int) -> None:
    assert sent(videos, token(videos, ttl=60), bytes(size), said).status_code == status


def test_a_file_of_more_than_200_mib_must_be_cut_up(videos: VideoWorld) -> None:
    videos.turn("api_video", single_mib=0.2)
    assert sent(videos, token(videos, ttl=60), whole(new_file(size=MIB))).status_code == 413


def test_a_report_comes_per_quality_signed_with_the_secret_of_its_webhook(
    videos: VideoWorld, provider_webhook: Webhook
) -> None:
    hooks = ApiVideoWebhooks(ApiVideoSettings.load(videos.environ), videos.lines)
    hook = hooks.add(provider_webhook.url)
    assert hooks.all() == [hook]
    assert hook.secret not in repr(hook)
    sent(videos, token(videos, ttl=60), whole(new_file()))
    bodies = provider_webhook.wait_for(3)
    assert len(bodies) == 3
    assert all("video.encoding.quality.completed" in body for body in bodies)
    for body in bodies:
        good = signature(body.encode(), hook.secret)
        assert is_signed(body.encode(), signature=good, secret=hook.secret)
        assert not is_signed(body.encode() + b" ", signature=good, secret=hook.secret)
        assert not is_signed(body.encode(), signature=good, secret="another")
    hooks.remove(hook.id)
    hooks.remove(hook.id)
    assert hooks.all() == []


def test_api_video_orders_an_mp4_that_was_left_out(videos: VideoWorld) -> None:
    video = videos.api_video.library.seed(size=1000)
    video.mp4_support = False
    provider = videos.provider("api_video")
    with pytest.raises(Exception, match="mp4_ordered"):
        provider.download(video.id)
    assert provider.download(video.id).origin == "transcode"


def test_yandex_holds_so_many_videos_and_no_more(videos: VideoWorld) -> None:
    videos.turn("yandex", quota=2)
    provider = videos.provider("yandex")
    for _ in range(2):
        provider.open(planned(new_file()))
    with pytest.raises(LibraryFull) as full:
        provider.open(planned(new_file()))
    assert full.value.lasting


def test_addresses_of_yandex_end(videos: VideoWorld) -> None:
    videos.turn("yandex", manifest_seconds=0.2)
    playback = videos.provider("yandex").playback(videos.seed("yandex"))
    require_playable(videos.http, playback.hls_url)
    time.sleep(0.25)
    with pytest.raises(VideoRefused):
        require_playable(videos.http, playback.hls_url)


def test_yandex_makes_a_second_video_of_a_repeated_request_unless_it_heeds_the_key(videos: VideoWorld) -> None:
    provider, upload = videos.provider("yandex"), planned(new_file())
    assert provider.open(upload).video_id != provider.open(upload).video_id
    videos.turn("yandex", heeds_idempotency=1)
    other = planned(new_file())
    assert provider.open(other).video_id == provider.open(other).video_id


def test_yandex_keeps_its_rules_for_labels(videos: VideoWorld) -> None:
    provider = videos.provider("yandex")
    target = provider.open(planned(new_file(), labels={"source_id": "viAbC-1", "source": "api_video"}))
    assert target.video_id
    assert videos.yandex.videos[target.video_id].labels["source_id"] == "viAbC-1"
    for labels in ({"Source": "x"}, {"source": "Камри"}, {"source": "a b"}, {f"l{n}": "" for n in range(65)}):
        with pytest.raises(ValueError, match="label"):
            checked_labels(labels)


def test_an_iam_token_is_kept_until_near_its_end_and_exchanged_anew_when_refused(videos: VideoWorld) -> None:
    provider = videos.provider("yandex")
    for _ in range(3):
        provider.count()
    assert videos.yandex.iam.exchanged == 1
    videos.yandex.iam.revoke_all()
    provider.count()
    assert videos.yandex.iam.exchanged == 2
    videos.yandex.iam.token_seconds = 200
    videos.yandex.iam.revoke_all()
    provider.count()
    provider.count()
    assert videos.yandex.iam.exchanged == 4


def test_a_functions_own_token_is_used_before_the_key(videos: VideoWorld) -> None:
    from auto360.providers.video.iam import IamTokens, Token, token_of_context

    granted = {"access_token": videos.yandex.iam.grant(), "expires_in": 3600, "token_type": "Bearer"}
    own = token_of_context(granted, at=time.time())
    tokens = IamTokens(lambda: own, lambda: None)
    assert tokens.current() == granted["access_token"]
    with pytest.raises(VideoRefused, match="no_service_account"):
        IamTokens(lambda: Token("x", time.time() + 10), lambda: None).current()
    for nothing in (None, "", {}, {"access_token": "x"}, {"access_token": "x", "expires_in": True}, "no json"):
        assert token_of_context(nothing, at=0.0) is None


@pytest.mark.parametrize("size", [300, 5000, 3 * MIB])
def test_a_made_file_says_what_it_is_whichever_way_it_is_read(size: int) -> None:
    file = MadeFile("seed", size, Film(93.2, 1920, 1080))
    content = whole(file)
    assert len(content) == size
    assert content == b"".join(b"".join(file.read(a, min(a + 1000, size))) for a in range(0, size, 1000))
    assert film_in(file) == Film(93.2, 1920, 1080)


def test_what_is_no_video_is_none() -> None:
    assert film_in(MadeFile("x", 40)) is None

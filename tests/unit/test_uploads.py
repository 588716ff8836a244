"""Provider choice of uploads, our addresses, and parsing of providers' answers."""

import math
from typing import Any

import pytest

from auto360.core.errors import SettingsInvalid
from auto360.domains.videos.addresses import PublicApiSettings, VideoAddresses
from auto360.domains.videos.uploads import UploadPolicy
from auto360.providers.video import parsing
from auto360.providers.video.http import failure_of, retry_after
from auto360.providers.video.iam import IamSettings

ID = "5f0b4c8e-9b38-4a3f-8f0e-5c107d1c7a52"


def share(percent: int, *, build: int | None = 240, projection: str = "flat") -> float:
    policy = UploadPolicy(video_yandex_percent=percent, video_tus_min_build=240)
    users = [f"user {number}" for number in range(5000)]
    return sum(policy.provider(user, build=build, projection=projection) == "yandex" for user in users) / 50


@pytest.mark.parametrize("percent", [0, 1, 10, 50, 100])
def test_so_many_percent_of_users_upload_to_yandex(percent: int) -> None:
    assert share(percent) == pytest.approx(percent, abs=1.5)


def test_a_user_stays_on_his_side_while_the_share_grows() -> None:
    for user in map(str, range(300)):
        sides = [
            UploadPolicy(video_yandex_percent=percent, video_tus_min_build=1).provider(user, build=1, projection="flat")
            for percent in range(0, 101, 10)
        ]
        assert sides == sorted(sides)


@pytest.mark.parametrize(("build", "projection"), [(239, "flat"), (None, "flat"), (300, "equirectangular")])
def test_old_builds_and_360_videos_stay_at_api_video(build: int | None, projection: str) -> None:
    assert share(100, build=build, projection=projection) == 0


def test_no_build_knows_tus_until_one_is_named() -> None:
    policy = UploadPolicy(video_yandex_percent=100)
    assert policy.provider("user", build=10**6, projection="flat") == "api_video"


def test_named_users_upload_to_yandex_before_anybody_else_with_a_build_that_can() -> None:
    policy = UploadPolicy.load({"VIDEO_YANDEX_USERS": ID, "VIDEO_TUS_MIN_BUILD": "240"})
    chosen = [
        policy.provider(user, build=build, projection="flat") for user, build in ((ID, 240), (ID, 239), ("x", 240))
    ]
    assert chosen == ["yandex", "api_video", "api_video"]
    assert policy.provider(ID, build=240, projection="equirectangular") == "api_video"
    with pytest.raises(SettingsInvalid):
        UploadPolicy.load({"VIDEO_YANDEX_USERS": "everybody"})


def test_our_addresses_are_found_again_and_no_others() -> None:
    ours = VideoAddresses("https://api.360auto.kg/api")
    assert ours.video_in(ours.manifest(ID)) == ID
    for other in (
        ours.thumbnail(ID),
        ours.manifest(ID) + "?x=1",
        ours.manifest("../../x"),
        f"https://evil.example/api/video/{ID}/manifest.m3u8",
        f"https://api.360auto.kg.evil.example/api/video/{ID}/manifest.m3u8",
    ):
        assert ours.video_in(other) is None
    assert PublicApiSettings.load({"PUBLIC_API_URL": "https://a.kg/api/"}).public_api_url == "https://a.kg/api"
    with pytest.raises(SettingsInvalid):
        PublicApiSettings.load({"PUBLIC_API_URL": "http://a.kg/api"})


@pytest.mark.parametrize(
    ("reading", "value", "found"),
    [
        ("whole", "120000000", 120_000_000),
        ("whole", 5, 5),
        ("whole", -5, None),
        ("whole", True, None),
        ("whole", "1.5", None),
        ("whole", None, None),
        ("seconds", "93.2s", 93.2),
        ("seconds", 93, 93.0),
        ("seconds", math.nan, None),
        ("seconds", "soon", None),
        ("seconds", [], None),
        ("text", "", None),
        ("text", 5, None),
        ("address", "https://a.example/x", "https://a.example/x"),
        ("address", "http://a.example/x", None),
        ("address", "javascript:alert(1)", None),
        ("inner", [], {}),
        ("moment", "yesterday", None),
    ],
)
def test_odd_answers_are_read_as_nothing(reading: str, value: object, found: Any) -> None:
    assert getattr(parsing, reading)(value) == found


def test_a_time_without_a_zone_is_utc() -> None:
    found = parsing.moment("2026-11-24T10:00:00")
    assert found is not None
    assert found.isoformat() == "2026-11-24T10:00:00+00:00"
    assert list(parsing.objects([{"a": 1}, 5, None])) == [{"a": 1}]


@pytest.mark.parametrize(("header", "seconds"), [("5", 5.0), ("0", 0.1), ("-1", None), ("soon", None), ("nan", None)])
def test_how_long_to_wait_is_read_carefully(header: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": header}) == seconds


@pytest.mark.parametrize(
    ("status", "kind", "lasting"),
    [
        (400, "VideoRefused", False),
        (401, "VideoRefused", True),
        (404, "VideoUnknown", False),
        (408, "VideoUncertain", False),
        (429, "VideoBusy", False),
        (500, "VideoUncertain", False),
        (503, "VideoUnreachable", False),
    ],
)
def test_what_a_status_means(status: int, kind: str, lasting: bool) -> None:  # noqa: FBT001
    failure = failure_of(status, {}, {})
    assert (type(failure).__name__, failure.lasting) == (kind, lasting)


def test_a_key_that_cannot_be_read_is_named_and_not_shown() -> None:
    with pytest.raises(SettingsInvalid) as error:
        IamSettings.load({"YANDEX_SERVICE_ACCOUNT_KEY": '{"id": "secret-id"}'})
    assert "YANDEX_SERVICE_ACCOUNT_KEY" in str(error.value)
    assert "secret-id" not in str(error.value)

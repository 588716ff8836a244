"""Videos move from api.video to Yandex as the timer's function moves them, on both simulated providers."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from auto360.container import video_transfer
from auto360.domains.videos.transfer.entries import TransferEntry
from auto360.providers.video import VideoRefused
from auto360.providers.video.tus import TusPolicy
from local.gateway.events import timer_event
from local.gateway.template import TimerEvent
from local.simulators.media import Film, MadeFile
from tests.support.functions import load_handler
from tests.support.migration import shown, uploaded
from tests.support.moves import API, MoveWorld
from tests.support.owners_acts import owners_act
from tests.support.rows import rows


def call(moves: MoveWorld) -> dict[str, Any]:
    """Call the function as its timer does."""
    event = timer_event("video_migrator", TimerEvent("Run", "cron(0/10 * * * ? *)", ""))
    report = load_handler("video_migrator")(event, None)
    json.dumps(report)
    return report


def test_a_video_moves_whole_and_its_listing_plays_all_the_time(moves: MoveWorld) -> None:
    moving = moves.add(size=3_000_000)
    assert moves.require_plays(moving) == "api_video"
    first = call(moves)
    assert (first["uploaded"], first["ended"]) == (1, "nothing_planned")
    assert moves.require_plays(moving) == "yandex"
    moves.finish()
    assert moves.states() == [("confirmed", None)]
    assert moves.require_plays(moving) == "yandex"
    assert moves.is_same_file(moving)
    assert moves.copies() == {moving.video: 1}


def test_the_listing_shows_our_own_lasting_address_and_no_id_of_yandex(moves: MoveWorld) -> None:
    moving = moves.add()
    moves.finish()
    fields, entry = shown(moves.database, moving.listing), moves.entry(moving)
    assert fields["video_id"] is None
    assert fields["video_url"] == fields["video_player_url"] == f"{API}/video/{moving.video}/manifest.m3u8"
    assert fields["thumbnail_url"] == f"{API}/video/{moving.video}/thumbnail.jpg"
    assert entry["target_video_id"] not in json.dumps(fields)


def test_the_picture_comes_from_where_the_video_is(moves: MoveWorld) -> None:
    moving = moves.add()
    rows(
        moves.database,
        """update videos set lasting_hls_url = 'https://vod.api.video/1.m3u8',
             lasting_thumbnail_url = 'https://vod.api.video/1.jpg' where id = %s returning id""",
        moving.video,
    )
    moves.finish()
    assert "/yandex/" in moves.led_to(shown(moves.database, moving.listing)["thumbnail_url"])
    moves.ledger.roll_back()
    assert moves.led_to(f"{API}/video/{moving.video}/thumbnail.jpg") == "https://vod.api.video/1.jpg"


def test_while_yandex_has_lost_the_copy_api_video_plays(moves: MoveWorld) -> None:
    moving = moves.add()
    moves.finish()
    moves.videos.yandex.videos.clear()
    assert "/api_video/" in moves.led_to(shown(moves.database, moving.listing)["video_url"])


def test_the_copy_has_no_ads_and_names_our_ids(moves: MoveWorld) -> None:
    moving = moves.add()
    moves.finish()
    [copy] = moves.videos.yandex.videos.values()
    assert (copy.enable_ad, copy.auto_publish, copy.title) == (False, True, moving.video)
    assert copy.labels["source_id"] == moving.source
    assert copy.description == "Toyota Camry 2018"


def test_every_byte_has_a_digest_in_the_ledger(moves: MoveWorld) -> None:
    moving = moves.add(size=20_000_000)
    moves.finish()
    file, chunks = moves.videos.api_video.library.videos[moving.source].body, moves.entry(moving)["chunk_digests"]
    assert isinstance(file, MadeFile)
    assert [chunk["from"] for chunk in chunks] == [0, *(chunk["to"] for chunk in chunks[:-1])]
    assert chunks[-1]["to"] == file.size
    for chunk in chunks:
        bytes_of_it = b"".join(file.read(chunk["from"], chunk["to"]))
        assert hashlib.sha256(bytes_of_it).hexdigest() == chunk["sha256"]


def test_a_private_video_moves(moves: MoveWorld) -> None:
    moving = moves.add(is_public=False)
    moves.finish()
    assert moves.is_same_file(moving)


def test_a_video_without_an_mp4_waits_for_the_one_that_was_ordered(moves: MoveWorld) -> None:
    moving = moves.add()
    moves.videos.api_video.library.videos[moving.source].mp4_support = False
    assert moves.run()["waiting"] == 1
    moves.finish()
    assert moves.states() == [("confirmed", None)]


def test_a_video_all_around_stays_at_api_video(moves: MoveWorld) -> None:
    moving = moves.add()
    moves.videos.api_video.library.videos[moving.source].is_panoramic = True
    moves.finish()
    assert moves.states() == [("skipped", "equirectangular")]
    assert moves.require_plays(moving) == "api_video"
    assert moves.copies() == {}


def test_a_source_that_is_gone_is_given_up_for_good(moves: MoveWorld) -> None:
    moving = moves.add()
    del moves.videos.api_video.library.videos[moving.source]
    moves.finish()
    assert moves.states() == [("failed", "source_gone")]
    assert moves.copies() == {}


def test_a_copy_of_another_length_is_left_for_a_person_to_look_at(moves: MoveWorld) -> None:
    moving = moves.add()
    moves.videos.api_video.library.videos[moving.source].film = Film(30.0, 1280, 720)
    moves.finish()
    assert moves.states() == [("failed", "duration_differs")]
    assert moves.require_plays(moving) == "api_video"


@pytest.mark.parametrize("heeds", [0, 1], ids=["every request makes a video", "idempotency keys are heeded"])
def test_a_copy_with_other_bytes_is_thrown_away_and_made_anew_but_not_for_ever(moves: MoveWorld, heeds: int) -> None:
    moving = moves.add()
    moves.videos.turn("yandex", heeds_idempotency=heeds)
    ours = moves.videos.yandex._encode

    def damaging(held: Any, body: Any) -> None:
        body.write(1000, b"damaged")
        ours(held, body)

    moves.videos.yandex._encode = damaging  # type: ignore[method-assign]
    moves.finish()
    assert moves.states() == [("failed", "content_differs")]
    assert moves.videos.yandex.requests["create"] == 3
    assert moves.copies() == {}
    moves.videos.yandex._encode = ours  # type: ignore[method-assign]
    assert moves.ledger.call("retry", p_only=[moving.video]) == 1
    moves.finish()
    assert moves.states() == [("confirmed", None)]


def test_encoding_that_fails_is_tried_with_a_new_copy(moves: MoveWorld) -> None:
    moving = moves.add(film=Film(12.0, 1280, 720))
    broken: list[str] = []
    ours = moves.videos.yandex._encode

    def failing_once(held: Any, body: Any) -> None:
        ours(held, body)
        if not broken:
            held.film = None
            broken.append(held.id)

    moves.videos.yandex._encode = failing_once  # type: ignore[method-assign]
    moves.finish()
    assert moves.states() == [("confirmed", None)]
    assert moves.entry(moving)["target_video_id"] not in broken
    assert len(moves.videos.yandex.videos) == 1


def test_a_copy_that_does_not_play_after_the_switch_is_rolled_back_by_itself(moves: MoveWorld) -> None:
    moving = moves.add()
    moves.set(VIDEO_MIGRATION_CONFIRM_SECONDS="3600")
    moves.run(is_patient=True)
    assert moves.require_plays(moving) == "yandex"
    moves.videos.yandex.videos.clear()
    moves.finish()
    assert moves.entry(moving)["state"] == "rolled_back"
    assert moves.require_plays(moving) == "api_video"


def test_after_a_rollback_the_listing_plays_from_api_video_and_may_move_again(moves: MoveWorld) -> None:
    moving = moves.add()
    before = shown(moves.database, moving.listing)
    moves.finish()
    moves.ledger.roll_back(only=[moving.listing])
    assert shown(moves.database, moving.listing) == before
    assert moves.require_plays(moving) == "api_video"
    moves.ledger.call("retry", p_only=None)
    moves.finish()
    assert moves.require_plays(moving) == "yandex"
    assert moves.copies() == {moving.video: 1}


def test_a_copy_that_was_rolled_back_is_deleted_after_two_weeks(moves: MoveWorld) -> None:
    moves.add()
    moves.finish()
    moves.ledger.roll_back()
    moves.run()
    assert len(moves.videos.yandex.videos) == 1
    rows(moves.database, "update video_migrations set target_release_after = now() returning id")
    assert moves.run()["released"] == 1
    assert moves.copies() == {}


@pytest.mark.parametrize("act", ["delete", "replace"])
def test_an_owner_who_deletes_or_replaces_in_the_middle_of_the_file_leaves_no_copy_behind(
    moves: MoveWorld, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    moving, other = moves.add(size=700_000), moves.videos.seed("api_video")
    uploaded(moves.database, moving, other)
    policy = TusPolicy(chunk_bytes=256 * 1024)
    monkeypatch.setattr(video_transfer, "tus_policy", lambda: policy)
    acts: list[int] = []

    def interfere(_entry: TransferEntry, copied: int, _total: int) -> None:
        if copied and not acts:
            acts.append(copied)
            with moves.database.connect() as connection:
                owners_act(moving, act, other)(connection)

    run = moves.new_run(on_bytes=interfere)
    run.until(time.monotonic() + 30)
    moves.forward()
    moves.run(only=[moving.video])
    moves.run(max_begun=0)
    assert moves.entry(moving)["state"] == "skipped"
    assert moves.entry(moving)["failure_reason"] == "video_deleted"
    assert moving.video not in moves.copies()
    assert moves.entry(moving)["target_released_at"] is not None


def test_a_video_deleted_after_the_switch_is_left_to_who_deletes_videos(moves: MoveWorld) -> None:
    moving = moves.add()
    moves.set(VIDEO_MIGRATION_CONFIRM_SECONDS="3600")
    moves.run(is_patient=True)
    with moves.database.connect() as connection:
        owners_act(moving, "delete", "")(connection)
    moves.finish()
    assert moves.entry(moving)["state"] == "skipped"
    query = "select provider, fallback_provider from videos where id = %s"
    assert rows(moves.database, query, moving.video) == [("yandex", "api_video")]


def test_a_defect_at_one_entry_stands_in_nobodys_way(moves: MoveWorld) -> None:
    first, second = moves.add(), moves.add()

    def place(video_id: str) -> dict[str, str]:
        if video_id == first.video:
            raise KeyError(video_id)
        return {"video_url": f"{API}/video/{video_id}/manifest.m3u8"}

    run = moves.new_run()
    run.switching = replace(run.switching, places=place)
    with pytest.raises(KeyError):
        run.until(time.monotonic() + 30)
    assert moves.entry(first)["failure_reason"] == "defect: KeyError"
    assert moves.entry(second)["state"] in ("switched", "confirmed")
    moves.finish()
    assert {state for state, _ in moves.states()} == {"confirmed"}
    assert len(moves.videos.yandex.videos) == 2


def test_a_copy_that_could_not_be_deleted_is_deleted_later(moves: MoveWorld) -> None:
    moves.add()
    moves.finish()
    moves.ledger.roll_back()
    rows(moves.database, "update video_migrations set target_release_after = now() returning id")
    moves.videos.turn("yandex", mode="http_500")
    moves.run(seconds=20)
    assert len(moves.videos.yandex.videos) == 1
    moves.videos.turn("yandex", mode="ok")
    moves.forward()
    moves.run()
    assert (moves.copies(), moves.states()) == ({}, [("rolled_back", "by_hand")])


def test_the_daily_limit_ends_a_run_and_the_next_one_begins_nothing(moves: MoveWorld) -> None:
    moves.set(VIDEO_MIGRATION_DAILY_LIMIT="2")
    for _ in range(4):
        moves.add()
    assert moves.run(is_patient=True)["ended"] == "daily_limit"
    assert moves.run(is_patient=True)["ended"] == "daily_limit"
    assert moves.videos.yandex.requests["create"] == 2
    rows(moves.database, "update video_migration_days set day = day - 1 returning id")
    moves.run(is_patient=True)
    assert moves.videos.yandex.requests["create"] == 4


def test_what_is_not_named_is_left_alone_and_no_more_than_told_is_begun(moves: MoveWorld) -> None:
    named, other = moves.add(), moves.add()
    moves.run(only=[named.source], is_patient=True)
    assert (moves.entry(named)["state"], moves.entry(other)["state"]) == ("confirmed", "planned")
    moves.add()
    assert moves.run(max_begun=1, is_patient=True)["confirmed"] == 1


def test_a_paused_migration_does_nothing_until_it_is_resumed(moves: MoveWorld) -> None:
    moves.add()
    moves.ledger.call("pause", p_paused=True)
    assert moves.run()["ended"] == "paused"
    assert moves.copies() == {}
    moves.ledger.call("pause", p_paused=False)
    moves.finish()
    assert moves.states() == [("confirmed", None)]


def test_a_large_file_is_copied_by_several_invocations(moves: MoveWorld) -> None:
    moving = moves.add(size=60_000_000)
    seen = []
    for _ in range(20):
        # Most of them are kept free at the end.
        moves.run(seconds=6.5)
        seen.append(moves.entry(moving)["bytes_copied"])
        if moves.entry(moving)["state"] != "copying":
            break
    moves.finish()
    assert moves.is_same_file(moving)
    assert seen == sorted(seen)
    assert moves.videos.yandex.requests["create"] == 1


@pytest.mark.parametrize(("limits", "reason"), [({"quota": 1}, "library_full"), ({"calls_per_minute": 2}, "busy")])
def test_a_full_or_busy_provider_ends_the_run_and_costs_no_attempts(
    moves: MoveWorld, limits: dict[str, int], reason: str
) -> None:
    for _ in range(3):
        moves.add()
    moves.videos.turn("yandex", **limits)
    assert moves.run(seconds=25)["ended"] == reason
    assert rows(moves.database, "select max(attempts) from video_migrations") == [(0,)]
    moves.videos.turn("yandex", quota=5000, calls_per_minute=600)
    moves.finish()
    assert {state for state, _ in moves.states()} == {"confirmed"}


def test_room_is_kept_for_what_users_upload(moves: MoveWorld) -> None:
    [(held,)] = rows(moves.database, "select (public.video_migration_status(0) ->> 'at_yandex')::integer")
    moves.set(VIDEO_MIGRATION_LIBRARY_QUOTA=str(held + 12), VIDEO_MIGRATION_QUOTA_RESERVE="10")
    for _ in range(3):
        moves.add()
    assert moves.run(is_patient=True)["ended"] == "library_full"
    assert len(moves.videos.yandex.videos) == 2


def test_a_provider_that_is_down_does_not_use_up_the_day(moves: MoveWorld) -> None:
    for _ in range(12):
        moves.add()
    moves.videos.turn("yandex", mode="http_500")
    report = moves.run(seconds=40)
    assert str(report["ended"]).startswith("provider_down")
    assert rows(moves.database, "select started from video_migration_days")[0][0] <= 6
    moves.videos.turn("yandex", mode="ok")
    moves.finish()
    assert {state for state, _ in moves.states()} == {"confirmed"}


def test_a_key_that_is_refused_ends_the_run_before_anything_is_begun(moves: MoveWorld) -> None:
    moves.add()
    moves.set(API_VIDEO_KEY="another key, long enough to be one")
    assert moves.run()["ended"] == "refused: http_401"
    assert rows(moves.database, "select started from video_migration_days") == []


def test_a_key_that_is_refused_in_the_middle_costs_no_attempts(
    moves: MoveWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves.add()
    moves.add()
    assert moves.run(max_begun=0)["ended"] == "nothing_due"
    run = moves.new_run()
    seen = iter([True])
    knows = moves.videos.yandex.iam.knows
    # The look before the first video is the last call that is let through.
    monkeypatch.setattr(moves.videos.yandex.iam, "knows", lambda header: next(seen, False) and knows(header))
    assert run.until(time.monotonic() + 30)["ended"] == "refused: http_401"
    assert rows(moves.database, "select max(attempts), max(started_on)::text is not null from video_migrations") == [
        (0, True)
    ]


def test_a_file_that_is_forbidden_stands_in_no_other_videos_way(moves: MoveWorld) -> None:
    moves.add()
    moves.add()
    run = moves.new_run()
    copier = run.copying.files.copier
    forbidden: list[str] = []

    class Forbidding:
        """First file that is measured does not open, however often."""

        copy = copier.copy

        def measure(self, download: Any, **known: Any) -> Any:
            path = urlsplit(download().url).path
            forbidden[:] = forbidden or [path]
            if path in forbidden:
                raise VideoRefused("http_403", lasting=True)
            return copier.measure(download, **known)

    run.copying = replace(run.copying, files=replace(run.copying.files, copier=Forbidding()))
    assert run.until(time.monotonic() + 30)["ended"] == "nothing_planned"
    assert sorted(state for state, _ in moves.states()) == ["confirmed", "failed"]
    assert rows(moves.database, "select failure_reason from video_migrations where state = 'failed'") == [("http_403",)]


def test_api_video_is_deleted_after_ninety_days_only_where_a_replica_lies_at_vk_cloud(
    moves: MoveWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    moving = moves.add()
    moves.finish()
    rows(
        moves.database,
        """update videos set replica_key = 'videos/1.mp4', replica_bytes = 50000, replica_sha256 = sha256('a'),
             replicated_at = now() where id = %s returning id""",
        moving.video,
    )
    rows(moves.database, "update video_migrations set source_release_after = now() returning id")
    there: list[bool] = []
    monkeypatch.setattr("auto360.container.video_transfer.has_replica", lambda replica: bool(there))
    assert moves.run()["kept"] == 1
    assert moving.source in moves.videos.api_video.library.videos
    there.append(True)
    moves.forward()
    assert moves.run()["released"] == 1
    assert moving.source not in moves.videos.api_video.library.videos
    assert moves.entry(moving)["source_released_at"] is not None
    assert moves.require_plays(moving) == "yandex"

"""`make migrate-videos`: what people type, against the ledger and the simulated providers."""

from __future__ import annotations

import pytest

from tests.support.migration import shown
from tests.support.moves import MoveWorld
from tests.support.rows import rows
from tools.video_transfer.__main__ import main

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Widen the terminal so that no line breaks."""
    monkeypatch.setenv("COLUMNS", "200")


def typed(capsys: Capture, command: str) -> tuple[int, str]:
    """Type a command; gives its code and what it wrote."""
    capsys.readouterr()
    code = main(command.split())
    written = capsys.readouterr()
    return code, written.out + written.err


def test_a_dry_run_tells_what_it_would_do_and_does_nothing(moves: MoveWorld, capsys: Capture) -> None:
    moves.add()
    rows(
        moves.database,
        "update videos set duration_seconds = 600, bytes = 5000000 where provider = 'api_video' returning id",
    )
    code, told = typed(capsys, "run --dry-run")
    assert code == 0
    assert "not planned yet" in told
    assert "0.01 GB" in told
    assert "0.02" in told  # ten minutes from api.video, at 0.0017
    assert moves.states() == []
    assert (moves.videos.api_video.requests, moves.videos.yandex.requests) == ({}, {})


def test_a_dry_run_warns_of_a_quota_that_is_too_small(moves: MoveWorld, capsys: Capture) -> None:
    moves.set(VIDEO_MIGRATION_LIBRARY_QUOTA="200")
    moves.add()
    assert "RAISE THE QUOTA FIRST" in typed(capsys, "run --dry-run")[1]


def test_a_run_moves_and_status_and_report_tell_of_it(moves: MoveWorld, capsys: Capture) -> None:
    moving = moves.add()
    code, told = typed(capsys, "run --minutes 1")
    assert (code, "confirmed 1" in told, "100%" in told or "/1" in told) == (0, True, True)
    assert moves.require_plays(moving) == "yandex"
    code, told = typed(capsys, "status")
    assert (code, "1 of 1,000" in told) == (0, True)
    code, told = typed(capsys, "report")
    assert (code, "download from api.video" in told) == (0, True)
    assert typed(capsys, "verify") == (0, "1 copies checked, 0 wrong.\n")


def test_only_what_is_named_is_moved_and_no_more_than_told(moves: MoveWorld, capsys: Capture) -> None:
    named, other = moves.add(), moves.add()
    typed(capsys, f"run --quiet --minutes 1 --only {named.listing}")
    assert (moves.entry(named)["state"], moves.entry(other)["state"]) == ("confirmed", "planned")
    assert "confirmed" not in typed(capsys, "run --quiet --minutes 1 --limit 0")[1]


def test_a_paused_migration_is_resumed_by_command(moves: MoveWorld, capsys: Capture) -> None:
    moves.add()
    typed(capsys, "pause")
    assert "PAUSED" in typed(capsys, "status")[1]
    assert "ended paused" in typed(capsys, "run --quiet --minutes 1")[1]
    typed(capsys, "resume")
    assert "confirmed 1" in typed(capsys, "run --quiet --minutes 1")[1]


@pytest.mark.parametrize("which", ["--only {listing}", "--day {day}", "--all"])
def test_a_rollback_and_a_retry_by_command(moves: MoveWorld, capsys: Capture, which: str) -> None:
    moving = moves.add()
    before = shown(moves.database, moving.listing)
    moves.finish()
    [(day,)] = rows(moves.database, "select started_on::text from video_migrations")
    code, told = typed(capsys, "rollback " + which.format(listing=moving.listing, day=day))
    assert (code, "1 rolled back" in told) == (0, True)
    assert shown(moves.database, moving.listing) == before
    assert "1 planned again" in typed(capsys, f"retry --only {moving.video}")[1]
    typed(capsys, "run --quiet --minutes 1")
    assert moves.require_plays(moving) == "yandex"


def test_a_copy_that_was_damaged_since_is_found_by_verify(moves: MoveWorld, capsys: Capture) -> None:
    moving = moves.add()
    moves.finish()
    body = moves.videos.yandex.videos[moves.entry(moving)["target_video_id"]].body
    assert body is not None
    body.write(1000, b"damaged")  # type: ignore[union-attr]
    code, told = typed(capsys, "verify")
    assert (code, "content_differs" in told) == (1, True)


def test_what_failed_is_listed_in_the_report(moves: MoveWorld, capsys: Capture) -> None:
    moving = moves.add()
    del moves.videos.api_video.library.videos[moving.source]
    typed(capsys, "run --quiet --minutes 1")
    told = typed(capsys, "report")[1]
    assert "source_gone" in told
    assert "given up" in told
    assert "failed: source_gone" in typed(capsys, "status")[1]


def test_nothing_is_rolled_back_unless_it_is_said_what(moves: MoveWorld, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["rollback"])
    assert refused.value.code == 2
    assert "--all" in capsys.readouterr().err


def test_a_database_that_is_not_there_is_a_sentence(moves: MoveWorld, capsys: Capture) -> None:
    moves.set(SUPABASE_REST_URL="http://127.0.0.1:9")
    code, told = typed(capsys, "status")
    assert (code, told) == (1, "The database does not answer, or lacks the newest migrations.\n")

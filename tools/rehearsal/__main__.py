"""`make disaster-rehearsal`: all of a region but the bucket at VK Cloud is destroyed, and a new one is built.

It is built from that bucket and this checkout. Then the same people log in, and every row and file is compared.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from auto360.providers.object_storage.access import S3Access
from auto360.providers.object_storage.s3 import S3Store
from auto360.providers.postgres_dump.postgres import connected, facts_of
from local.object_storage import VK_BUCKET
from local.paths import CHECKOUT, DataFolder
from local.secrets import Keyring
from tools.rehearsal.people import Person, feed, watched
from tools.rehearsal.stack import Region, RehearsalFailed

SCHEMAS = ("public", "private", "auth", "storage", "supabase_migrations")
# Written by a run about itself after the snapshot of its backup.
_OF_THE_RUN = {"public.backup_runs", "public.job_leases"}
# A restored file gets a new version there; the files themselves are compared.
_OF_THE_STORAGE = {"storage.objects", "private.file_changes"}
# Everything kept outside both clouds, besides the repository.
_KEPT_SECRETS = ("backup_identity", "s3_access_key", "s3_secret_key")
_CODE_AGAIN_SECONDS = 62


@dataclass
class Before:
    """Contents of the old region."""

    people: tuple[Person, Person]
    ids: tuple[str, str]
    listing: str
    video_sha256: str
    thread: str
    avatar: str
    avatar_bytes: bytes
    messages: list[str]
    feed: list[tuple[str, str, int]]
    facts: dict[str, Any]
    files: list[tuple[Any, ...]]


@dataclass
class Rehearsal:
    """Rehearsal; each step is printed with its time."""

    folder: Path

    def run(self) -> None:
        """Live, destroy, rebuild, compare. Raises RehearsalFailed."""
        old = self._step("the old region starts", lambda: Region.start("the old region", self.folder / "old"))
        try:
            before = self._step("two people use it", lambda: live(old))
            self._step("files and videos are copied to VK Cloud", lambda: copy_files(old))
            self._step("the database is backed up", lambda: old.run_timer("backup_job", "database_daily"))
            before.facts, before.files, before.feed = facts(old), files(old), feed(old)
        finally:
            old.stop()
        lost = time.monotonic()
        kept = self._step(
            "everything is destroyed but the bucket at VK Cloud", lambda: destroy(old, self.folder / "new")
        )
        new = self._step("a new region starts", lambda: Region.start("the new region", kept))
        try:
            self._step("it is rebuilt by one command", lambda: run_tool(new, "rebuild", "--yes"))
            self._step("every row is compared", lambda: compare_rows(before, new))
            self._step("playback is led to the copies", lambda: run_tool(new, "playback", "yandex", "--yes"))
            _wait_for_next_code(lost)
            self._step("login, feed, chat, file and playback are tried", lambda: use_again(before, new))
            self._step("the new region is backed up", lambda: new.run_timer("backup_job", "database_daily"))
        finally:
            new.stop()

    def _step(self, name: str, do: Callable[[], Any]) -> Any:
        began = time.monotonic()
        result = do()
        print(f"  {time.monotonic() - began:6.1f} s  {name}", flush=True)
        return result


def live(region: Region) -> Before:
    """Create a seller and a buyer, with a video, a conversation and an avatar."""
    seller, buyer = Person("+996555700001"), Person("+996555700002")
    seller.log_in(region)
    listing, digest = seller.post_with_video(region, "Toyota Camry из прежнего региона", seed=1)
    buyer.log_in(region)
    thread = buyer.write(region, listing, "Здравствуйте! Ещё продаёте?")
    avatar = f"{seller.id}/avatar.jpg"
    bucket(region, "avatars").put(avatar, [_photograph()], content_type="image/jpeg")
    # Encoded in place: a file restored later must count as the same bytes, and not be encoded again.
    region.run_timer("picture_job", "sweep")
    kept = b"".join(bucket(region, "avatars").get(avatar))
    messages, ids = buyer.messages(region, thread), (seller.id, buyer.id)
    return Before((seller, buyer), ids, listing, digest, thread, avatar, kept, messages, [], {}, [])


def _photograph() -> bytes:
    content = BytesIO()
    Image.effect_noise((640, 480), 50).convert("RGB").save(content, "JPEG")
    return content.getvalue()


def copy_files(region: Region) -> None:
    """Run the timers that replicate files."""
    region.run_timer("media_copies", "videos")
    region.run_timer("media_copies", "storage_comparison")


def destroy(old: Region, new: Path) -> Path:
    """Keep the bucket at VK Cloud and its three secrets; delete all else, the old region's folder too."""
    kept = {name: getattr(old.keyring, name) for name in _KEPT_SECRETS}
    data = DataFolder(new)
    data.s3.mkdir(parents=True)
    (DataFolder(old.data).s3 / VK_BUCKET).rename(data.s3 / VK_BUCKET)
    home = DataFolder(old.data).postgres_location
    if home.exists():
        shutil.rmtree(Path(home.read_text(encoding="utf-8").strip()), ignore_errors=True)
    shutil.rmtree(old.data)
    data.secrets.write_text(json.dumps(kept), encoding="utf-8")
    data.secrets.chmod(0o600)
    Keyring.load_or_create(data.secrets)
    return new


def run_tool(region: Region, *arguments: str) -> None:
    """Run a command like a user, with the new region's variables. Raises RehearsalFailed."""
    environ = {**os.environ, **region.environ(), "PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'layers' / 'common'}"}
    command = [sys.executable, "-m", "tools.backup", *arguments]
    done = subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, check=False)
    for line in done.stdout.splitlines():
        print(f"            {line}", flush=True)
    if done.returncode != 0:
        raise RehearsalFailed(f"{' '.join(arguments)}: {done.stderr.strip()[-500:]}")


def compare_rows(before: Before, region: Region) -> None:
    """Compare every table of the old region, by count and hash."""
    after = facts(region)
    different = (
        {name for name in before.facts | after if before.facts.get(name) != after.get(name)}
        - _OF_THE_RUN
        - _OF_THE_STORAGE
    )
    if different:
        raise RehearsalFailed(f"these tables differ: {', '.join(sorted(different))}")
    _same("the list of files", files(region), before.files)
    print(f"            {len(after)} tables, {sum(one.rows for one in after.values())} rows are the same", flush=True)


def use_again(before: Before, region: Region) -> None:
    """Use the new region as the same users."""
    for person, known in zip(before.people, before.ids, strict=True):
        person.log_in(region)
        _same("the user's id", person.id, known)
    _same("the feed", feed(region), before.feed)
    _same("the conversation", before.people[1].messages(region, before.thread), before.messages)
    _same("the avatar", b"".join(bucket(region, "avatars").get(before.avatar)), before.avatar_bytes)
    place, digest = watched(region, before.listing)
    _same("the video's bytes", digest, before.video_sha256)
    _same("where the video lies", f"/{VK_BUCKET}/videos/" in place, expected=True)


def facts(region: Region) -> dict[str, Any]:
    """Count and hash of every table."""
    with connected(region.dsn) as connection:
        return facts_of(connection, SCHEMAS)


def files(region: Region) -> list[tuple[Any, ...]]:
    """Return the files listed in the database."""
    with connected(region.dsn) as connection:
        return connection.execute(
            "select bucket_id, name, metadata ->> 'size', metadata ->> 'mimetype' from storage.objects order by 1, 2"
        ).fetchall()


def bucket(region: Region, name: str) -> S3Store:
    """Return a bucket of the region's Supabase Storage."""
    environ = region.environ()
    keys = environ["SUPABASE_STORAGE_ACCESS_KEY"], environ["SUPABASE_STORAGE_SECRET_KEY"]
    return S3Store(S3Access(environ["SUPABASE_STORAGE_ENDPOINT"], environ["SUPABASE_STORAGE_REGION"], *keys), name)


def _wait_for_next_code(since: float) -> None:
    """Wait until the phone may get another code."""
    time.sleep(max(0.0, _CODE_AGAIN_SECONDS - (time.monotonic() - since)))


def _same(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise RehearsalFailed(f"{what} differs from before")


def main() -> int:
    """Rehearse in a folder that is deleted afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="auto360-rehearsal-"))
    folder.chmod(0o755)
    began = time.monotonic()
    print("Disaster rehearsal: lose a region and rebuild it", flush=True)
    try:
        Rehearsal(folder).run()
    except RehearsalFailed as error:
        print(f"\nFAILED: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\nEverything restored after {time.monotonic() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

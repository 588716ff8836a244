"""Steps from planned to uploaded: create the copy once, and send every byte."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from auto360.domains.videos.transfer.entries import MAX_COPIES, CopyDoubtful, SourceGone, TransferEntry, is_whole
from auto360.domains.videos.transfer.ledger import Ledger, TransferSourceChanged
from auto360.domains.videos.transfer.ports import Library, OnBytes, TargetLibrary, TransferFiles
from auto360.providers.video import Download, PlannedUpload, ProviderVideo, ProviderVideoNotReady
from auto360.providers.video.copying import Chunk, FileInfo, Progress, SourceChanged, UploadGone

# Longest wait of a target for its file, in seconds; an older target is found by its title and deleted.
_UPLOAD_SECONDS = 7 * 86_400
# Digests that a killed run did not record are computed again in pieces of this size.
_PIECE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Copying:
    """Sends files from one provider to another."""

    ledger: Ledger
    source: Library
    target: TargetLibrary
    files: TransferFiles
    on_bytes: OnBytes = lambda entry, copied, total: None  # noqa: ARG005
    monotonic: Callable[[], float] = time.monotonic

    def advance(self, entry: TransferEntry, *, ends_at: float) -> str:
        """Copy as much as the time allows: `uploaded` or `time_over`.

        Raises TransferLeaseLost, VideoFailure, SourceGone, CopyDoubtful after too many discarded copies.
        """
        entry = self._measured(entry)
        try:
            return self._filled(self._with_target(entry), ends_at=ends_at)
        except SourceChanged:
            self._begin_anew(entry, "source_changed")
            raise ProviderVideoNotReady("source_changed") from None

    def _measured(self, entry: TransferEntry) -> TransferEntry:
        """Return the entry with the current source; a copy of another source is deleted."""
        about = self.source.find([entry.source_id]).get(entry.source_id)
        if about is None:
            raise SourceGone("source_gone")
        if about.state not in ("ready", None):
            raise ProviderVideoNotReady(f"source_{about.state}")
        measure = self.files.copier.measure(self._download_of(entry))
        seconds = about.duration_seconds or entry.source_seconds or 0.0
        projection = "equirectangular" if about.is_panoramic else "flat"
        size = (about.width, about.height)
        try:
            self.ledger.source(entry, measure, seconds=seconds, size=size, projection=projection)
        except TransferSourceChanged:
            entry = self._begin_anew(entry, "source_changed")
            self.ledger.source(entry, measure, seconds=seconds, size=size, projection=projection)
        return replace(entry, measure=measure, source_seconds=seconds)

    def _begin_anew(self, entry: TransferEntry, reason: str) -> TransferEntry:
        """Delete the started copy, then its record, so that none is left behind."""
        if entry.target_id is not None:
            self.target.delete(entry.target_id)
        self.ledger.forget_target(entry, reason)
        if entry.target_number >= MAX_COPIES:
            raise CopyDoubtful(reason)
        return replace(
            entry,
            target_id=None,
            upload_url=None,
            chunks=(),
            target_requested=False,
            target_number=entry.target_number + 1,
        )

    def _with_target(self, entry: TransferEntry) -> TransferEntry:
        """Return the entry with a copy that accepts the file or has it."""
        if entry.target_id is not None:
            found = self.target.find([entry.target_id]).get(entry.target_id)
            if found is not None and found.state != "failed":
                return replace(entry, upload_url=None if _has_file(found) else entry.upload_url or found.upload_url)
            entry = self._begin_anew(entry, "target_gone" if found is None else "target_failed")
        is_first = self.ledger.request_target(entry)
        made = None if is_first else self._found_again(entry)
        if made is None:
            made = self._made(entry)
        self.ledger.target(entry, made.video_id, made.upload_url)
        return replace(entry, target_id=made.video_id, upload_url=None if _has_file(made) else made.upload_url)

    def _made(self, entry: TransferEntry) -> ProviderVideo:
        size = _size(entry)
        opened = self.target.open(
            PlannedUpload(
                reference=entry.reference,
                bytes=size,
                seconds=_UPLOAD_SECONDS,
                title=entry.title,
                file_name=f"{entry.video_id}.mp4",
                labels={"video_id": entry.video_id, "source": "api_video", "source_id": entry.source_id[:63]},
            )
        )
        if opened.video_id is None:
            raise ProviderVideoNotReady("target_without_id")
        return ProviderVideo(opened.video_id, "awaiting_upload", bytes=size, upload_url=opened.url)

    def _found_again(self, entry: TransferEntry) -> ProviderVideo | None:
        """Return the copy of a crashed run; others of the same title are deleted."""
        named = [video.video_id for video in self.target.with_title(entry.reference)]
        found = list(self.target.find(named).values()) if named else []
        fitting = [video for video in found if video.bytes in (None, _size(entry)) and video.state != "failed"]
        fitting.sort(key=lambda video: (not _has_file(video), video.video_id))
        chosen = next((video for video in fitting if _has_file(video) or video.upload_url), None)
        for video in found:
            if chosen is None or video.video_id != chosen.video_id:
                self.target.delete(video.video_id)
        return chosen

    def _filled(self, entry: TransferEntry, *, ends_at: float) -> str:
        chunks = list(entry.chunks)
        if entry.upload_url is not None and not self._sent(entry, chunks, ends_at=ends_at):
            self.ledger.let_go(entry)
            return "time_over"
        self._account(entry, chunks)
        self.ledger.uploaded(entry)
        return "uploaded"

    def _sent(self, entry: TransferEntry, chunks: list[Chunk], *, ends_at: float) -> bool:
        """Send the missing bytes; True when all of them arrived. `chunks` grows with each arrived chunk."""

        def note(progress: Progress) -> None:
            self.ledger.progress(entry, chunks, progress.chunks)
            chunks[:] = progress.chunks
            self.on_bytes(entry, progress.offset, progress.total)

        try:
            progress = self.files.copier.copy(
                entry.upload_url or "",
                self._download_of(entry),
                known=_measure(entry),
                chunks=tuple(chunks),
                seconds=ends_at - self.monotonic(),
                on_progress=note,
            )
        except UploadGone:
            return self._arrived(entry)
        return progress.is_complete

    def _arrived(self, entry: TransferEntry) -> bool:
        """Return True for a complete file; upload addresses end on completion and on expiry. Raises VideoNotReady."""
        found = self.target.find([entry.target_id or ""]).get(entry.target_id or "")
        if found is None or not _has_file(found):
            self._begin_anew(entry, "upload_ended")
            raise ProviderVideoNotReady("upload_ended")
        return True

    def _account(self, entry: TransferEntry, chunks: list[Chunk]) -> None:
        """Compute digests of chunks that a crashed run did not record."""
        measure = _measure(entry)
        while not is_whole(chunks, measure.bytes):
            begin = chunks[-1].end if chunks else 0
            end = min(begin + _PIECE_BYTES, measure.bytes)
            digest = self.files.digest(self._download_of(entry), begin=begin, end=end, known=measure)
            known = tuple(chunks)
            chunks.append(Chunk(begin, end, digest))
            self.ledger.progress(entry, known, chunks)

    def _download_of(self, entry: TransferEntry) -> Callable[[], Download]:
        return lambda: self.source.download(entry.source_id)


def _has_file(video: ProviderVideo) -> bool:
    return video.state in ("processing", "ready")


def _measure(entry: TransferEntry) -> FileInfo:
    if entry.measure is None:
        raise ValueError("the source has not been measured")
    return entry.measure


def _size(entry: TransferEntry) -> int:
    return _measure(entry).bytes

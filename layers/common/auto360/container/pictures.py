"""Wiring of pictures: upload permissions, encoding, deletion."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from auto360.container.data import database
from auto360.container.object_storage import incoming_links, incoming_store, supabase_bucket
from auto360.container.storage import image_links
from auto360.core.clock import utc_now

if TYPE_CHECKING:
    from auto360.domains.backups.schedule import Schedule
    from auto360.domains.pictures.deletion import PictureDeletion
    from auto360.domains.pictures.processing import PictureWork
    from auto360.domains.pictures.uploads import PictureUploads


@cache
def uploads() -> PictureUploads:
    from auto360.domains.pictures.uploads import PictureUploadPolicy, PictureUploads

    return PictureUploads(database(), incoming_links(), PictureUploadPolicy.load())


@cache
def work() -> PictureWork:
    """Build the encoding of uploaded pictures."""
    from auto360.domains.pictures.processing import PictureWork, PictureWorkPolicy
    from auto360.providers.pictures.sandbox import EncoderLimits, SandboxedEncoder

    encoder = SandboxedEncoder(EncoderLimits.load())
    base_url = image_links().pictures_url
    return PictureWork(
        database(), incoming_store(), supabase_bucket, encoder, PictureWorkPolicy.load(), base_url, utc_now
    )


@cache
def deletion() -> PictureDeletion:
    from auto360.domains.pictures.deletion import PictureDeletion, PictureDeletionPolicy

    return PictureDeletion(database(), incoming_store(), supabase_bucket, PictureDeletionPolicy.load())


@cache
def schedule() -> Schedule:
    """Build the jobs that timers start."""
    from auto360.domains.backups.schedule import Schedule

    def sweep() -> dict[str, int]:
        until = utc_now() + timedelta(seconds=work().policy.picture_run_seconds)
        return work().sweep(until=until)

    def delete() -> dict[str, int]:
        return deletion()()

    return Schedule({"sweep": sweep, "delete": delete})

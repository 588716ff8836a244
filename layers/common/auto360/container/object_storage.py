"""Wiring of object storage: VK Cloud for backups, Yandex for uploads, Supabase for public files."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auto360.providers.object_storage import LinkSigner, UploadSigner
    from auto360.providers.object_storage.s3 import S3Store


@cache
def backup_store() -> S3Store:
    """Return the bucket at VK Cloud."""
    from auto360.providers.object_storage.access import VkCloudSettings
    from auto360.providers.object_storage.s3 import S3Store

    settings = VkCloudSettings.load()
    return S3Store(settings.access(), settings.vk_cloud_bucket)


@cache
def backup_links() -> LinkSigner:
    """Return the signer of links to objects at VK Cloud, such as a video's replica."""
    from auto360.providers.object_storage.access import VkCloudSettings
    from auto360.providers.object_storage.links import S3LinkSigner

    settings = VkCloudSettings.load()
    return S3LinkSigner(settings.access(), settings.vk_cloud_bucket)


@cache
def upload_store() -> S3Store:
    """Return the bucket at Yandex Object Storage."""
    from auto360.providers.object_storage.access import YandexStorageSettings
    from auto360.providers.object_storage.s3 import S3Store

    settings = YandexStorageSettings.load()
    return S3Store(settings.access(), settings.yandex_storage_bucket)


@cache
def incoming_store() -> S3Store:
    """Return the private bucket of uploaded pictures."""
    from auto360.providers.object_storage.access import IncomingStorageSettings
    from auto360.providers.object_storage.s3 import S3Store

    settings = IncomingStorageSettings.load()
    return S3Store(settings.access(), settings.picture_incoming_bucket)


@cache
def incoming_links() -> UploadSigner:
    """Return the signer of uploads into the private bucket of pictures."""
    from auto360.providers.object_storage.access import IncomingStorageSettings
    from auto360.providers.object_storage.links import S3LinkSigner

    settings = IncomingStorageSettings.load()
    return S3LinkSigner(settings.access(), settings.picture_incoming_bucket)


@cache
def supabase_bucket(name: str) -> S3Store:
    """Return a bucket of Supabase Storage."""
    from auto360.providers.object_storage.access import SupabaseStorageSettings
    from auto360.providers.object_storage.s3 import S3Store

    return S3Store(SupabaseStorageSettings.load().access(), name)

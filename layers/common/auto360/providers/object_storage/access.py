"""Buckets and keys: VK Cloud, Yandex Object Storage, Supabase Storage."""

from dataclasses import dataclass, field

from pydantic import SecretStr, field_validator

from auto360.core.settings import EnvSettings

_LOCAL = ("http://127.0.0.1", "http://localhost", "http://[::1]")


@dataclass(frozen=True)
class S3Access:
    """Account at an S3 endpoint. `region` is part of every signature.

    `deletes_many`: true if the endpoint supports DeleteObjects; otherwise objects are deleted one by one.
    """

    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    deletes_many: bool = True


def _over_tls(value: str) -> str:
    if not value.startswith(("https://", *_LOCAL)):
        raise ValueError("must begin with https://")
    return value.rstrip("/")


class VkCloudSettings(EnvSettings):
    """Backups: `VK_CLOUD_ENDPOINT` has no default, since VK has renamed its hosts several times."""

    vk_cloud_endpoint: str
    vk_cloud_region: str = "ru-msk"
    vk_cloud_bucket: str
    vk_cloud_access_key: SecretStr
    vk_cloud_secret_key: SecretStr

    _tls = field_validator("vk_cloud_endpoint")(_over_tls)

    def access(self) -> S3Access:
        keys = self.vk_cloud_access_key.get_secret_value(), self.vk_cloud_secret_key.get_secret_value()
        return S3Access(self.vk_cloud_endpoint, self.vk_cloud_region, *keys)


class YandexStorageSettings(EnvSettings):
    """Bucket beside the functions for uploaded files."""

    yandex_storage_endpoint: str = "https://storage.yandexcloud.net"
    yandex_storage_region: str = "ru-central1"
    yandex_storage_bucket: str
    yandex_storage_access_key: SecretStr
    yandex_storage_secret_key: SecretStr

    _tls = field_validator("yandex_storage_endpoint")(_over_tls)

    def access(self) -> S3Access:
        keys = self.yandex_storage_access_key.get_secret_value(), self.yandex_storage_secret_key.get_secret_value()
        return S3Access(self.yandex_storage_endpoint, self.yandex_storage_region, *keys)


class IncomingStorageSettings(YandexStorageSettings):
    """Private bucket for uploaded pictures, with the keys of the other bucket at Yandex."""

    yandex_storage_bucket: str = ""
    picture_incoming_bucket: str


class SupabaseStorageSettings(EnvSettings):
    """S3 interface of Supabase Storage; its keys bypass row security in every bucket of the project."""

    supabase_storage_endpoint: str
    supabase_storage_region: str
    supabase_storage_access_key: SecretStr
    supabase_storage_secret_key: SecretStr

    _tls = field_validator("supabase_storage_endpoint")(_over_tls)

    def access(self) -> S3Access:
        keys = self.supabase_storage_access_key.get_secret_value(), self.supabase_storage_secret_key.get_secret_value()
        return S3Access(self.supabase_storage_endpoint, self.supabase_storage_region, *keys, deletes_many=False)

"""Addresses from users: websites, and pictures at allowed places."""

import re
from urllib.parse import urlsplit

from pydantic import field_validator

from auto360.core.errors import Problem, ValidationFailed
from auto360.core.messages import FIELDS, sentence
from auto360.core.settings import EnvSettings

_MAX_CHARACTERS = 2048
_HOST = re.compile(r"(?=.{4,253}$)([\w](?:[\w\-]{0,61}[\w])?\.)+[^\W\d_]{2,63}")
_UNUSUAL = re.compile(r"[\s\\\"'<>`{}|^\x00-\x1f\x7f]")
_PICTURE = re.compile(r"(?:[\w\-]+/){0,4}[\w\-]+(?:\.[\w\-]+)*\.(?:jpe?g|png|webp)", re.ASCII | re.IGNORECASE)


def is_web_address(url: str) -> bool:
    """Return True for `https://` with a host name: no IP address, port, user or escaped character."""
    if len(url) > _MAX_CHARACTERS or _UNUSUAL.search(url) or not url.startswith("https://"):
        return False
    return _HOST.fullmatch(url.removeprefix("https://").split("/")[0].split("?")[0].split("#")[0]) is not None


class ImageLinkSettings(EnvSettings):
    """`IMAGE_HOSTS`: hosts, comma-separated, that may hold pictures besides our own storage.

    `PICTURES_URL`: address before the owner's folder of encoded pictures, where a CDN serves them; it ends with
    `/pictures/`. Empty: the public address of our storage.
    """

    image_hosts: str = ""
    pictures_url: str = ""

    @field_validator("image_hosts")
    @classmethod
    def _hosts(cls, value: str) -> str:
        if not all(_HOST.fullmatch(host) for host in value.split(",") if host):
            raise ValueError("must be a comma-separated list of host names")
        return value

    @field_validator("pictures_url")
    @classmethod
    def _folder(cls, value: str) -> str:
        is_address = is_web_address(value) or value.startswith("http://127.0.0.1:")
        if value and not (is_address and value.endswith("/pictures/")):
            raise ValueError("must begin with https:// and end with /pictures/")
        return value

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset(host for host in self.image_hosts.split(",") if host)


class ImageLinks:
    """Allowed places of pictures: the caller's own folder of a bucket or of the pictures, and allowed hosts.

    `pictures` is the address of a CDN before the owner's folder, if there is one.
    """

    def __init__(self, storage_url: str, hosts: frozenset[str], pictures: str | None = None) -> None:
        self._public, self._hosts = f"{storage_url.rstrip('/')}/object/public/", hosts
        self.pictures = pictures

    @property
    def pictures_url(self) -> str:
        """Return the address under which encoded pictures are published, before the owner's folder."""
        return self.pictures or f"{self._public}pictures/"

    @property
    def origins(self) -> tuple[str, list[str]]:
        """Return the address before the name of our bucket, and the allowed hosts in order."""
        return self._public, sorted(self._hosts)

    def resolve(self, reference: str, *, bucket: str, user_id: str, field: str) -> str:
        """Return the address of a picture, given as `<bucket>/<user id>/…` or as an address.

        Raises ValidationFailed for one that lies elsewhere: in another person's folder, or at a host of the caller's
        choice, which would receive the IP address of every viewer.
        """
        path = reference.removeprefix(self._public)
        for own in (f"{bucket}/{user_id}/", f"pictures/{user_id}/"):
            if path.startswith(own) and _PICTURE.fullmatch(path.removeprefix(own)):
                return self._public + path
        published = f"{self.pictures_url}{user_id}/"
        if reference.startswith(published) and _PICTURE.fullmatch(reference.removeprefix(published)):
            return reference
        if is_web_address(reference) and urlsplit(reference).hostname in self._hosts:
            return reference
        raise ValidationFailed(problems=[Problem(field, sentence(FIELDS, "value", "ru"))])

"""Addresses that people give us."""

import pytest

from auto360.core.errors import SettingsInvalid, ValidationFailed
from auto360.core.urls import ImageLinks, ImageLinkSettings, is_web_address

STORAGE = "https://project.supabase.co/storage/v1"
USER = "5f0b4c8e-9b38-4a3f-8f0e-5c107d1c7a52"
LINKS = ImageLinks(STORAGE, frozenset({"cdn.example.kg"}))


@pytest.mark.parametrize("url", ["https://example.kg", "https://www.example.kg/a?b=c#d", "https://авто.кг/каталог"])
def test_a_website_is_https_with_a_name(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.kg",
        "HTTPS://example.kg",
        "//example.kg",
        "https://",
        "https://localhost",
        "https://127.0.0.1",
        "https://[::1]/",
        "https://2130706433",
        "https://example.kg:443",
        "https://user@example.kg",
        "https://example.kg@evil.example",
        "https://example.kg\\@evil.example",
        "https://example.kg/\n",
        "https://example.kg/a b",
        "https://exa_-mple-.kg",
        "https://example.kg/<script>",
        "javascript:alert(1)",
        "https://example.kg/" + "a" * 2048,
    ],
)
def test_anything_else_is_none(url: str) -> None:
    assert not is_web_address(url)


@pytest.mark.parametrize("name", ["a.jpg", "2026/11/a-b_c.WEBP", "a.b.png"])
def test_a_picture_of_ones_own_folder_gets_its_public_address(name: str) -> None:
    path = f"avatars/{USER}/{name}"
    address = f"{STORAGE}/object/public/{path}"
    for reference in (path, address):
        assert LINKS.resolve(reference, bucket="avatars", user_id=USER, field="f") == address


@pytest.mark.parametrize(
    "reference",
    [
        f"documents/{USER}/a.jpg",
        f"avatars/{USER[:-1]}3/a.jpg",
        f"avatars/{USER}/../other/a.jpg",
        f"avatars/{USER}//a.jpg",
        f"avatars/{USER}/a.svg",
        f"avatars/{USER}/a.jpg?x=1",
        f"avatars/{USER}/a.jpg\n",
        f"{STORAGE}/object/sign/avatars/{USER}/a.jpg",
        "https://project.supabase.co/storage/v1/object/public/avatars/other/a.jpg",
        "https://cdn.example.kg.evil.example/a.jpg",
        "https://evil.example/cdn.example.kg/a.jpg",
        "http://cdn.example.kg/a.jpg",
        "",
    ],
)
def test_a_picture_elsewhere_is_refused(reference: str) -> None:
    with pytest.raises(ValidationFailed):
        LINKS.resolve(reference, bucket="avatars", user_id=USER, field="f")


def test_hosts_are_read_from_a_list_and_must_be_names() -> None:
    settings = ImageLinkSettings.load({"IMAGE_HOSTS": "a.example.kg,b.example.kg"})
    assert settings.hosts == {"a.example.kg", "b.example.kg"}
    with pytest.raises(SettingsInvalid, match="IMAGE_HOSTS"):
        ImageLinkSettings.load({"IMAGE_HOSTS": "https://a.example.kg"})

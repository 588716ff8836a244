"""Business access past the backend, through PostgREST with a user's token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.businesses import new_business, owners
from tests.support.database import Database
from tests.support.market import new_user_id
from tests.support.plain_http import plain_client


@dataclass(frozen=True)
class Scene:
    """Business with an owner and an admin, a stranger, and PostgREST."""

    database: Database
    rest: httpx.Client
    owner: str
    admin: str
    stranger: str
    business: str

    def send(self, user: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """Return a request with a person's own token."""
        token = self.database.user_token(user)
        return self.rest.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def scene(database: Database) -> Iterator[Scene]:
    """Yield the people in place."""
    owner, admin, stranger = (new_user_id(database) for _ in range(3))
    business = new_business(database, owner, admin)
    with plain_client(base_url=database.rest_url, timeout=10) as rest:
        yield Scene(database, rest, owner, admin, stranger, business)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("logo_url", "https://elsewhere.example/a.png"),
        ("website", "https://elsewhere.example"),
        ("is_verified", True),
        ("user_id", "00000000-0000-4000-8000-000000000001"),
        ("deleted_at", "2026-11-01T00:00:00Z"),
    ],
)
def test_not_even_the_owner_sets_what_the_backend_checks(scene: Scene, column: str, value: object) -> None:
    answer = scene.send(scene.owner, "PATCH", f"/business_accounts?id=eq.{scene.business}", {column: value})
    assert (answer.status_code, answer.json()["code"]) == (403, "42501")


def test_nobody_makes_himself_the_owner(scene: Scene) -> None:
    row = f"/business_members?business_id=eq.{scene.business}&user_id=eq."
    tries = [
        scene.send(scene.admin, "PATCH", row + scene.admin, {"role": "owner"}),
        scene.send(scene.owner, "PATCH", row + scene.admin, {"role": "owner"}),
        scene.send(
            scene.stranger,
            "POST",
            "/business_members",
            {"business_id": scene.business, "user_id": scene.stranger, "role": "owner", "status": "active"},
        ),
    ]
    assert {answer.status_code for answer in tries} == {403}
    assert scene.send(scene.admin, "DELETE", row + scene.owner).status_code == 204
    assert owners(scene.database, scene.business) == [(scene.owner, scene.owner)]


def test_the_team_is_read_with_profiles_by_the_team_alone(scene: Scene) -> None:
    path = (
        f"/business_members?business_id=eq.{scene.business}&order=created_at"
        "&select=role,user:public_profiles!business_members_profile_fkey(id,name)"
    )
    seen = scene.send(scene.admin, "GET", path).json()
    assert {(member["role"], member["user"]["id"]) for member in seen} == {
        ("owner", scene.owner),
        ("admin", scene.admin),
    }
    assert scene.send(scene.stranger, "GET", path).json() == []

"""Switching of playback to the replicas at VK Cloud when a video provider is lost, and back."""

from __future__ import annotations

from typing import Any, cast

from auto360.domains.videos.addresses import PublicApiSettings
from auto360.providers.postgres_dump.postgres import connected
from tools.backup.console import Console

_AT_ONCE = 1000


def to_copies(console: Console, provider: str, *, database: str) -> int:
    """Switch every video of a provider that has a replica to it; prints their number."""
    state = _state(database, provider)
    without = state["playing"] - state["with_copy"]
    console.plan(
        f"{state['playing']} videos play from {provider}; {state['with_copy']} of them have a copy"
        f" ({state['with_copy_bytes'] / 1e9:.2f} GB)",
        *([f"{without} videos have no copy and are left as they are"] if without else []),
    )
    if not state["with_copy"] or not console.confirmed(f"Switch playback of {provider} to the copies?"):
        return 0
    with console.timed("playback switches to the copies"):
        return _repeat(console, "switch_playback", provider, database)


def back(console: Console, provider: str, *, database: str) -> int:
    """Switch the switched videos back to their provider; prints their number."""
    state = _state(database, provider)
    console.plan(f"{state['switched']} videos of {provider} play from their copies since {state['switched_at']}")
    if not state["switched"] or not console.confirmed(f"Switch playback back to {provider}?"):
        return 0
    with console.timed("playback is back"):
        return _repeat(console, "switch_playback_back", provider, database)


def _state(database: str, provider: str) -> dict[str, Any]:
    with connected(database) as connection:
        row = connection.execute("select public.playback_of_provider(%s)", [provider]).fetchone()
    return cast("dict[str, Any]", row[0] if row else {})


def _repeat(console: Console, function: str, provider: str, database: str) -> int:
    """Call until nothing is left; after an interruption run the command again."""
    total, api_url = 0, PublicApiSettings.load().public_api_url
    with connected(database) as connection:
        while True:
            row = connection.execute(
                cast("Any", f"select public.{function}(%s, %s, %s)"),
                [provider, api_url, _AT_ONCE],
            ).fetchone()
            done = int(row[0]) if row else 0
            total += done
            if not done:
                return total
            console.say(f"{total} videos")

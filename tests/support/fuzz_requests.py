"""Random requests to a running stack, many at once; what is answered with 5xx, or not at all, is a finding."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import httpx

from tests.support.plain_http import plain_client

_AT_ONCE = 4
_CODE = re.compile(r'"code": ?"([a-z_]{1,40})"')


@dataclass(frozen=True)
class Shot:
    """Request. `place` names the route, so that findings of one route are told once."""

    kind: str
    method: str
    path: str
    place: str
    headers: Mapping[str, str]
    body: bytes = b""

    def told(self) -> str:
        """Return the request for a person, without what opens something: paths of webhooks are secret as well."""
        headers = {name: value for name, value in self.headers.items() if name not in ("Authorization", "Cookie")}
        address = self.path if self.kind != "webhooks" else self.place
        return f"{address[:600]} {headers} {self.body[:900]!r}"


Maker = Callable[[random.Random], Shot]


@dataclass
class Findings:
    """Responses of the run."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    examples: dict[tuple[str, str, str], str] = field(default_factory=dict)
    failures: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def note(self, shot: Shot, status: int, said: str) -> None:
        """Count an answer; 0 is none."""
        self.answers[(shot.kind, status)] += 1
        if status == 0 or status >= 500:
            key = (shot.kind, f"{shot.method} {shot.place}", f"{status} {said}")
            self.failures[key] += 1
            self.examples.setdefault(key, shot.told())

    def lines(self) -> list[str]:
        """Return the findings, a route and an answer each."""
        return [
            f"{count:5} × {' · '.join(key)}\n        {self.examples[key]}" for key, count in self.failures.most_common()
        ]

    def summary(self) -> str:
        """Answers by kind and status."""
        kinds = sorted({kind for kind, _ in self.answers})
        return "\n".join(
            f"{kind}: " + ", ".join(f"{n} × {status}" for (k, status), n in sorted(self.answers.items()) if k == kind)
            for kind in kinds
        )


def fire(url: str, shots: Sequence[tuple[Maker, int]], *, seed: int) -> Findings:
    """Send so many requests of each maker, in a mixed order that the seed decides."""
    rng = random.Random(seed)
    makers = [maker for maker, count in shots for _ in range(count)]
    rng.shuffle(makers)
    findings = Findings()
    client = plain_client(base_url=url, timeout=60)
    with client, ThreadPoolExecutor(_AT_ONCE) as pool:
        for shot, status, said in pool.map(partial(_send, client), _made(makers, rng)):
            findings.note(shot, status, said)
    return findings


def _made(makers: Sequence[Maker], rng: random.Random) -> Iterator[Shot]:
    for maker in makers:
        yield maker(random.Random(rng.getrandbits(64)))


def _send(client: httpx.Client, shot: Shot) -> tuple[Shot, int, str]:
    headers = {"X-Local-Address": "203.0.113.97", **shot.headers}
    try:
        sent = [(name.encode(), value.encode("utf-8", "replace")) for name, value in headers.items()]
        answer = client.request(shot.method, shot.path, headers=sent, content=shot.body)
    except httpx.InvalidURL:
        return shot, 400, ""
    except httpx.TransportError as error:
        return shot, 0, type(error).__name__
    code = _CODE.search(answer.text) if answer.status_code >= 500 else None
    return shot, answer.status_code, code[1] if code else ""

"""Phases of a run and the users arriving in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.capacity.assumptions import Assumptions
from benchmarks.load.sessions import SessionKind, Step, mean_steps

CALLS_PER_PERSON = 1 / Assumptions().seconds_between_calls
SHARES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
_LOOK_BACK = 300.0


@dataclass(frozen=True)
class Phase:
    """Part of a run with one offered rate of requests per second; `breaks` injects a failure in its middle."""

    name: str
    seconds: float
    rate: float
    is_counted: bool = True
    is_step: bool = False
    breaks: bool = False


@dataclass(frozen=True)
class Durations:
    """Seconds of each kind of phase."""

    warm_up: float = 20
    step: float = 60
    spike: float = 60
    soak: float = 120
    failure: float = 60


@dataclass(frozen=True)
class Visit:
    """Session of one user: steps with the pauses before them. `at` is the moment of its first step."""

    at: float
    kind: str
    steps: tuple[Step, ...]
    pauses: tuple[float, ...]


def steps_for(users: int, durations: Durations) -> list[Phase]:
    """Return warm-up and steps from 25 % to 150 % of the target."""
    target = users * CALLS_PER_PERSON
    warm_up = Phase("warm-up", durations.warm_up, target * SHARES[0], is_counted=False)
    return [
        warm_up,
        *(Phase(f"{share:.0%}", durations.step, target * share, is_step=True) for share in SHARES),
    ]


def after_steps(users: int, capacity: float, durations: Durations, shapes: Sequence[str]) -> list[Phase]:
    """Return the phases after the steps: the target unless it was reached, then spike, soak and failure.

    The target is a tenth of the spike. Soak and failure run at 70 % of the lower one of target and capacity.
    """
    target = users * CALLS_PER_PERSON
    calm = 0.7 * min(target, capacity)
    possible = {
        "target": Phase("target", durations.step / 2, target),
        "spike": Phase("spike", durations.spike, 10 * target),
        "soak": Phase("soak", durations.soak, calm),
        "failure": Phase("failure", durations.failure, calm, breaks=True),
    }
    if capacity >= target:
        del possible["target"]
    return [phase for name, phase in possible.items() if name in shapes or name == "target"]


def visits(phase: Phase, mix: Sequence[SessionKind], random: Random) -> list[Visit]:
    """Return the sessions of a phase by the time of their first step in it.

    Users arrive by a Poisson process. A session that began before the phase joins in its middle, so that the offered
    rate holds from the first second on.
    """
    found = []
    for begun in _poisson(phase.rate / mean_steps(mix), -_LOOK_BACK, phase.seconds, random):
        kind = random.choices(mix, [kind.share for kind in mix])[0]
        steps = kind.draw(random)
        pauses = [0.0, *(_thinking_time(random) for _ in steps[1:])]
        at = begun
        for index, pause in enumerate(pauses):
            at += pause
            # A login that joins in the middle has no code to enter: it continues with the next step.
            if at >= 0 and not (index and steps[index].needs_code and begun < 0):
                if at < phase.seconds:
                    found.append(Visit(at, kind.name, tuple(steps[index:]), (0.0, *pauses[index + 1 :])))
                break
    return sorted(found, key=lambda visit: visit.at)


def _poisson(rate: float, start: float, end: float, random: Random) -> Iterator[float]:
    at = start + random.expovariate(rate)
    while at < end:
        yield at
        at += random.expovariate(rate)


def _thinking_time(random: Random) -> float:
    """Return seconds between an answer and the next request: lognormal, median 8 s."""
    return 8 * random.lognormvariate(0, 1)

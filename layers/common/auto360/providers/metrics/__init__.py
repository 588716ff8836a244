"""The port to sources of figures: who measures what the alert rules speak of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Sample:
    """One figure now. `subject` tells apart what a metric is measured for, such as a provider; units are the rule's.

    A `weak` one comes from so few cases that it may close an alert and opens none. None: nothing can be said now.
    """

    metric: str
    value: float | None
    subject: str = ""
    weak: bool = False


class SourceFailure(Exception):
    """A source did not answer, or not what was asked. The message is a short code of ours, never the source's text."""


class MetricSource(Protocol):
    """One source of figures."""

    name: str
    metrics: Sequence[str]

    def read(self) -> Sequence[Sample]:
        """Measure everything in `metrics`; no reading for a subject means that all is well. Raises SourceFailure."""

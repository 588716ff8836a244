"""The port to sources of figures: who measures what the alert rules speak of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Reading:
    """One figure now. `subject` tells apart what a metric is measured for, such as a supplier; units are the rule's."""

    metric: str
    value: float
    subject: str = ""


class SourceFailure(Exception):
    """A source did not answer, or not what was asked. The message is a short code of ours, never the source's text."""


class MetricSource(Protocol):
    """One source of figures."""

    name: str
    metrics: Sequence[str]

    def read(self) -> Sequence[Reading]:
        """Measure everything in `metrics`; no reading means that there is nothing to be said. Raises SourceFailure."""

"""Query plans of a page of the feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]
_SIMILARITY = "select set_config('pg_trgm.word_similarity_threshold', '0.45', false)"


@dataclass(frozen=True)
class Plan:
    """Nodes that touch listings: their kind and index."""

    scans: tuple[str, ...]
    indexes: tuple[str, ...]

    @property
    def is_sequential(self) -> bool:
        """Return True when the whole table is read."""
        return "Seq Scan" in self.scans


def statement(connection: Connection, query: dict[str, Any]) -> str:
    """Return the text of the feed's statement for a query."""
    [(text,)] = connection.execute("select private.feed_statement(%s::jsonb)", [json.dumps(query)]).fetchall()
    return str(text)


def plan_of(connection: Connection, text: str) -> Plan:
    """Return the plan of a statement."""
    connection.execute(_SIMILARITY)
    [(explained,)] = connection.execute(b"explain (format json) " + text.encode()).fetchall()
    nodes = list(_nodes(explained[0]["Plan"]))
    scans = tuple(node["Node Type"] for node in nodes if node.get("Relation Name") == "listings")
    return Plan(scans, tuple(sorted({node["Index Name"] for node in nodes if "Index Name" in node})))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)

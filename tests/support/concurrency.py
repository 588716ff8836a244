"""Calls released at the same moment, each from a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg

from tests.support.database import Database

_THREADS = 25

T = TypeVar("T")
Call = Callable[[psycopg.Connection[Any]], dict[str, Any]]


def at_once(database: Database, calls: Iterable[Callable[[psycopg.Connection[Any]], T]]) -> list[T]:
    """Run calls in parallel, each thread over a connection of its own, all released at the same moment."""
    waiting = list(calls)
    barrier = threading.Barrier(min(_THREADS, len(waiting)))

    def run(share: list[Callable[[psycopg.Connection[Any]], T]]) -> list[T]:
        with database.connect() as connection:
            connection.execute("select 1")
            barrier.wait(30)
            return [call(connection) for call in share]

    shares = [waiting[start :: barrier.parties] for start in range(barrier.parties)]
    with ThreadPoolExecutor(barrier.parties) as pool:
        return [answer for answers in pool.map(run, shares) for answer in answers]


def run_in_parallel(count: int, act: Callable[[], Any]) -> list[Any]:
    """Call it from `count` threads; returns their results and exceptions."""
    results: list[Any] = []

    def one() -> None:
        try:
            results.append(act())
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results

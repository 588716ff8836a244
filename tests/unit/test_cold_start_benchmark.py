"""Benchmark of cold starts: it measures what the template lists."""

from __future__ import annotations

from benchmarks.cold_start.firsts import FIRSTS
from benchmarks.cold_start.flow import STEPS
from local.gateway.template import load_template
from local.paths import TEMPLATE


def test_the_first_request_of_every_http_function_is_measured() -> None:
    measured = [*STEPS, *(first.function for first in FIRSTS)]

    assert sorted(measured) == sorted(spec.name for spec in load_template(TEMPLATE).functions if spec.routes)


def test_the_first_request_of_a_function_is_one_of_its_routes() -> None:
    routes = {spec.name: spec.routes for spec in load_template(TEMPLATE).functions}

    for first in FIRSTS:
        depth = first.path.count("/")
        assert any(
            route.method == first.method
            and route.path.count("/") == depth
            and first.path.startswith(route.path.partition("{")[0])
            for route in routes[first.function]
        ), first.function

"""Comparison of two saved outputs: every kind of change is told, and nothing where there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tools.compare.__main__ import main
from tools.compare.differences import ANSWERS, OPENAPI, SCHEMA, TESTS, differences, entries
from tools.compare.recorder.recorded_answers import described

DUMP = """-- TABLE public listings
CREATE TABLE public.listings (
    id uuid NOT NULL
);

-- FUNCTION public chat_send(uuid)
CREATE FUNCTION public.chat_send(p_user_id uuid) RETURNS jsonb

-- settings of roles
anon: statement_timeout=3s

-- rows
public.tiers {"code": "free"}
"""
DOCUMENT = {"paths": {"/health": {"get": {"responses": {"200": {"description": "Success"}}}}}, "version": "1"}
RECORDED = {"t.py::test_a": {"outcome": "passed", "answers": ["GET /a 200", "POST /b 201"]}}


def saved(folder: Path) -> Path:
    """Write outputs."""
    folder.mkdir()
    (folder / SCHEMA).write_text(DUMP, encoding="utf-8")
    (folder / OPENAPI).write_text(json.dumps(DOCUMENT), encoding="utf-8")
    (folder / ANSWERS).write_text(json.dumps(RECORDED), encoding="utf-8")
    (folder / TESTS).write_text("t.py::test_a\n", encoding="utf-8")
    return folder


def changed(folder: Path, name: str, before: str, after: str) -> None:
    """Replace a piece of an output."""
    text = (folder / name).read_text(encoding="utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after), encoding="utf-8")


def test_equal_outputs_have_no_differences(tmp_path: Path) -> None:
    one, other = saved(tmp_path / "one"), saved(tmp_path / "other")

    assert set(map(len, differences(one, other).values())) == {0}
    assert main(["diff", str(one), str(other)]) == 0


def test_an_order_of_keys_is_no_difference(tmp_path: Path) -> None:
    one, other = saved(tmp_path / "one"), saved(tmp_path / "other")
    (other / OPENAPI).write_text(json.dumps(dict(reversed(DOCUMENT.items()))), encoding="utf-8")

    assert differences(one, other)[OPENAPI] == []


CHANGES: list[tuple[str, tuple[str, str], list[str]]] = [
    (
        SCHEMA,
        ("id uuid NOT NULL", "id uuid"),
        ["~ TABLE public listings", "    -     id uuid NOT NULL", "    +     id uuid"],
    ),
    (
        SCHEMA,
        ("-- FUNCTION public chat_send(uuid)", "-- FUNCTION public chat_tell(uuid)"),
        ["- FUNCTION public chat_send(uuid)", "+ FUNCTION public chat_tell(uuid)"],
    ),
    (
        SCHEMA,
        ("timeout=3s", "timeout=8s"),
        [
            "- settings of roles: anon: statement_timeout=3s",
            "+ settings of roles: anon: statement_timeout=8s",
        ],
    ),
    (
        SCHEMA,
        ('"free"', '"basic"'),
        ['- rows: public.tiers {"code": "free"}', '+ rows: public.tiers {"code": "basic"}'],
    ),
    (
        OPENAPI,
        ('"Success"', '"Done"'),
        ['~ paths › /health › get › responses › 200 › description: "Success" → "Done"'],
    ),
    (OPENAPI, ('"get"', '"head"'), ["- paths › /health › get", "+ paths › /health › head"]),
    (ANSWERS, ("POST /b 201", "POST /b 200"), ["~ t.py::test_a", "    - POST /b 201", "    + POST /b 200"]),
    (ANSWERS, ('"passed"', '"failed"'), ["~ t.py::test_a", "    ~ passed → failed"]),
    (TESTS, ("test_a", "test_b"), ["- t.py::test_a", "+ t.py::test_b"]),
]


@pytest.mark.parametrize(("name", "change", "told"), CHANGES)
def test_a_change_is_told_in_its_output_alone(
    tmp_path: Path, name: str, change: tuple[str, str], told: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = saved(tmp_path / "one"), saved(tmp_path / "other")
    changed(other, name, *change)

    found = {each: sorted(lines) for each, lines in differences(one, other).items()}
    assert found == {**{each: [] for each in (SCHEMA, OPENAPI, ANSWERS, TESTS)}, name: sorted(told)}
    assert main(["diff", str(one), str(other)]) == 1
    assert told[-1] in capsys.readouterr().out


def test_objects_of_one_name_are_compared_together() -> None:
    rights = "-- ACL public TABLE listings\nGRANT a;\n\n-- ACL public TABLE listings\nGRANT b;\n"

    assert entries(rights) == {"ACL public TABLE listings": "GRANT a;\nGRANT b;"}


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("/orders/8f14e45f/pay", {"b": 1, "a": [True, "x"]}, 'POST /orders/…/pay 200 {"a": ["bool"], "b": "number"}'),
        ("/pay", [], "POST /pay 200 []"),
        ("/pay", {"id": None}, 'POST /pay 200 {"id": "NoneType"}'),
    ],
)
def test_an_answer_is_described_without_what_differs_between_runs(path: str, body: Any, told: str) -> None:
    request = httpx.Request("POST", f"http://bank.test{path}?at=5")

    assert described(httpx.Response(200, request=request, json=body)) == told


def test_an_answer_that_is_no_json_is_its_status() -> None:
    request = httpx.Request("GET", "http://sms.test/api")

    assert described(httpx.Response(502, request=request, text="<html>")) == "GET /api 502"


def test_a_name_that_is_no_folder_and_no_commit_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "no-such-commit"]) == 2
    assert "no-such-commit is neither a folder nor a commit" in capsys.readouterr().err


def test_two_names_of_one_commit_are_equal_without_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "HEAD", "HEAD~0"]) == 0
    assert capsys.readouterr().out == "Equal: both are the same commit.\n"

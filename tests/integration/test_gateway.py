"""Local gateway behaves as the cloud's: events, limits, failures, processes."""

from __future__ import annotations

import base64
import contextlib
import gzip
import http.client
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.gateway import ECHO, TEMPLATE, Site


def test_the_event_has_the_clouds_form(gateway_site: Site) -> None:
    answer = gateway_site.call(
        "GET", "/api/things/%D0%B6?a=1&a=2&b=", X_Local_Address="198.51.100.4", User_Agent="ua", x_odd="1"
    )
    event = answer.json["event"]
    assert (event["version"], event["httpMethod"], event["resource"]) == ("1.0", "GET", "/api/things/{id}")
    assert (event["path"], event["pathParameters"]) == ("/api/things/ж", {"id": "ж"})
    assert event["queryStringParameters"] == {"a": "2", "b": ""}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"], "b": [""]}
    assert (event["body"], event["isBase64Encoded"]) == ("", True)
    context = event["requestContext"]
    assert context["identity"] == {"sourceIp": "198.51.100.4", "userAgent": "ua"}
    assert isinstance(context["requestTimeEpoch"], int)
    assert event["headers"]["X-Odd"] == "1"
    assert event["multiValueHeaders"]["X-Forwarded-For"] == ["198.51.100.4"]
    assert not [name for name in event["headers"] if name.lower() == "x-local-address"]
    assert answer.json["ids"] == [context["requestId"], "echo"]


@pytest.mark.parametrize(
    ("content_type", "body", "expected", "encoded"),
    [
        ("application/json", b'{"a": "\xd0\xb6"}', '{"a": "ж"}', False),
        ("application/json", b'{"a": ', '{"a": ', False),
        ("application/json; charset=utf-8", b"{}", base64.b64encode(b"{}").decode(), True),
        ("text/xml", b"<a/>", base64.b64encode(b"<a/>").decode(), True),
    ],
)
def test_only_exact_json_travels_as_text(
    gateway_site: Site, content_type: str, body: bytes, expected: str, *, encoded: bool
) -> None:
    event = gateway_site.call("POST", "/api/things", body, Content_Type=content_type).json["event"]
    assert (event["body"], event["isBase64Encoded"]) == (expected, encoded)


@pytest.mark.parametrize("body", [gzip.compress(b'{"a": 1}'), b"no gzip at all", b"\x1f\x8b\x08 cut off"])
@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_packed_body_arrives_as_it_was_sent(gateway_site: Site, coding: str, body: bytes) -> None:
    headers = {"Content_Type": "application/octet-stream", "Content_Encoding": coding}
    answer = gateway_site.call("POST", "/api/things", body, **headers)
    assert answer.status == 200, answer.body
    assert base64.b64decode(answer.json["event"]["body"]) == body
    as_text = gateway_site.call("POST", "/api/things", body, **headers | {"Content_Type": "application/json"})
    assert as_text.json["event"]["body"] == body.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/api/things/fixed", "/api/things/fixed"),
        ("/things/5", "/things/{id}"),
        ("/api/v1/things/5/", "/api/v1/things/{id}"),
        ("/api/api/things/fixed", "/api/api/things/fixed"),
        ("/files/a/b.txt", "/files/{rest+}"),
    ],
)
def test_paths_and_their_aliases(gateway_site: Site, path: str, resource: str) -> None:
    event = gateway_site.call("GET", path).json["event"]
    assert (event["path"], event["resource"]) == (path, resource)


def test_what_the_gateway_refuses_itself(gateway_site: Site) -> None:
    unknown = gateway_site.call("GET", "/nowhere", X_Request_ID="abc-1")
    assert (unknown.status, unknown.json["code"], unknown.json["request_id"]) == (404, "not_found", "abc-1")
    assert unknown.json["success"] is False
    other = gateway_site.call("DELETE", "/api/things/5", Accept_Language="en")
    assert (other.status, other.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert other.json["error"] == "This address does not take this method."
    large = gateway_site.call("POST", "/api/things", b"x" * 3_000_000, Content_Type="application/json")
    assert (large.status, large.json["code"]) == (413, "payload_too_large")


def test_head_is_answered_wherever_get_is_and_nowhere_else(gateway_site: Site) -> None:
    answer = gateway_site.call("HEAD", "/api/things/5")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Type"] == "application/json"
    assert gateway_site.call("HEAD", "/nowhere").status == 404


def test_failures_of_a_function(gateway_site: Site) -> None:
    raised = gateway_site.call("GET", "/api/things/1?do=raise")
    assert (raised.status, raised.headers["X-Function-Error"], raised.json["errorType"]) == (502, "true", "ValueError")
    for malformed in ("dict", "plain", "exit"):
        answer = gateway_site.call("GET", f"/api/things/1?do={malformed}")
        assert (answer.status, answer.json["code"]) == (502, "bad_gateway")
    began = time.monotonic()
    late = gateway_site.call("GET", "/api/things/1?do=sleep&s=30")
    assert (late.status, late.json["code"]) == (504, "gateway_timeout")
    assert time.monotonic() - began < 10
    assert gateway_site.call("GET", "/api/things/1").headers["X-Cold-Start"] == "1"


def test_of_a_functions_headers_only_those_survive_that_survive_in_the_cloud(gateway_site: Site) -> None:
    answer = gateway_site.call("GET", "/api/things/1?do=kept", X_Request_ID="the-gateways")
    ours = {name.lower() for name, value in answer.headers.items() if value == "ours"}
    assert ours == {
        "x-correlation-id",
        "etag",
        "x-yf-remapped-date",
        "x-yf-remapped-server",
        "x-yf-remapped-content-md5",
    }
    assert answer.headers["X-Request-Id"] == "the-gateways"


@pytest.mark.parametrize("name", ["Via", "Transfer-Encoding"])
def test_an_answer_with_a_header_of_the_gateways_own_is_malformed(gateway_site: Site, name: str) -> None:
    answer = gateway_site.call("GET", f"/api/things/1?do=forbidden&name={name}")
    assert (answer.status, answer.json["code"]) == (502, "bad_gateway")


def test_a_client_that_the_edge_keeps_out_sees_what_it_would_see_in_the_cloud(guarded_site: Site) -> None:
    statuses = [guarded_site.call("GET", "/api/things/1", X_Local_Address="198.51.100.1").status for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    kept_out = guarded_site.call("GET", "/api/things/1", X_Local_Address="198.51.100.1")
    assert (kept_out.status, kept_out.headers["Content-Type"]) == (429, "text/html; charset=utf-8")
    assert b"success" not in kept_out.body
    assert guarded_site.call("GET", "/api/things/1", X_Local_Address="198.51.100.2").status == 200
    assert guarded_site.call("GET", "/files/a", X_Local_Address="198.51.100.1").status == 200


def test_several_headers_of_one_name_and_a_binary_body(gateway_site: Site) -> None:
    answer = gateway_site.call("GET", "/api/things/1?do=headers")
    assert (answer.status, answer.body, answer.headers["X-One"]) == (201, b"hi", "a")
    assert answer.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


def test_a_function_sees_only_the_variables_that_the_template_lists(gateway_site: Site) -> None:
    seen = gateway_site.call("GET", "/api/things/1").json
    own = {name: value for name, value in seen["environ"].items() if name not in ("PATH", "LC_CTYPE")}
    assert own == {"SHARED": "fixed", "PROVIDED": "by the stack", "FROM_PROCESS": "by the process"}
    assert seen["path"][0] == str(gateway_site.root / "functions" / "echo")
    assert seen["path"][1].endswith("layers/common")
    assert 0 < seen["remaining"] <= 2000
    assert (seen["memory"], seen["token"]) == (256, None)


def test_a_process_is_kept_and_replaced_when_the_code_changes(gateway_site: Site) -> None:
    first, second = (gateway_site.call("GET", "/api/things/1") for _ in range(2))
    assert (first.headers["X-Cold-Start"], second.headers["X-Cold-Start"]) == ("1", "0")
    assert "init;dur=" in first.headers["Server-Timing"]
    assert (second.json["pid"], second.json["calls"]) == (first.json["pid"], 2)
    time.sleep(0.4)
    (gateway_site.root / "functions" / "echo" / "handler.py").write_text(ECHO + "\n# changed\n", encoding="utf-8")
    third = gateway_site.call("GET", "/api/things/1")
    assert (third.headers["X-Cold-Start"], third.json["calls"]) == ("1", 1)


def test_a_changed_template_counts_at_once_and_a_broken_one_does_not(gateway_site: Site) -> None:
    path = gateway_site.root / "template.yaml"
    path.write_text(TEMPLATE.replace("/api/things/fixed", "/api/things/fixed/deeper"), encoding="utf-8")
    assert gateway_site.call("GET", "/api/things/fixed/deeper").status == 200
    path.write_text("Resources: [", encoding="utf-8")
    assert gateway_site.call("GET", "/api/things/fixed/deeper").status == 200


def test_more_callers_than_processes_wait_for_their_turn(gateway_site: Site) -> None:
    pids, statuses = set(), []

    def caller() -> None:
        answer = gateway_site.call("GET", "/api/things/1?do=sleep&s=0.01")
        statuses.append(answer.status)
        pids.add(answer.json["pid"])

    threads = [threading.Thread(target=caller) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 60
    assert len(pids) <= 2


def test_callers_beyond_processes_and_queue_are_refused_as_by_the_cloud(crowded_site: Site) -> None:
    """Two run and four wait; the others get 429 at once, without an envelope, and later callers are served again."""
    with ThreadPoolExecutor(20) as callers:
        answers = list(callers.map(lambda _: crowded_site.call("GET", "/api/things/1?do=sleep&s=0.5"), range(20)))
    refused = [answer for answer in answers if answer.status == 429]
    assert len([answer for answer in answers if answer.status == 200]) == 6
    assert len(refused) == 14
    assert {answer.body for answer in refused} == {b'{"message": "Concurrent requests limit exceeded"}'}
    assert crowded_site.call("GET", "/api/things/1").status == 200


def test_a_timer_waits_where_clients_are_refused(crowded_site: Site) -> None:
    with ThreadPoolExecutor(7) as callers:
        busy = [callers.submit(crowded_site.call, "GET", "/api/things/1?do=sleep&s=1") for _ in range(6)]
        time.sleep(0.5)
        timer = crowded_site.call("POST", "/_local/timers/echo/0")
    assert timer.json["ok"] is True
    assert [call.result().status for call in busy] == [200] * 6


def test_timers_are_listed_run_and_logged(gateway_site: Site) -> None:
    (timer,) = gateway_site.call("GET", "/_local/timers").json
    assert (timer["function"], timer["schedule"], timer["run"]) == (
        "echo",
        "cron(0 3 * * ? *)",
        "/_local/timers/echo/0",
    )
    assert timer["last_run"] is None
    done = gateway_site.call("POST", timer["run"]).json
    assert (done["ok"], done["result"]["payload"]) == (True, '{"job":"daily"}')
    assert gateway_site.call("POST", "/_local/timers/echo/1").status == 404
    (timer,) = gateway_site.call("GET", "/_local/timers").json
    assert (timer["last_run"]["ok"], timer["last_run"]["duration_ms"]) == (True, done["duration_ms"])
    until = time.monotonic() + 3
    lines: list[dict[str, Any]] = []
    while not lines and time.monotonic() < until:
        lines = gateway_site.call("GET", "/_local/logs?limit=5").json
    assert (lines[0]["function"], lines[0]["message"]) == ("echo", "timer ran")
    assert gateway_site.call("GET", "/_local/stats").json[0]["calls"] == 1


@pytest.mark.parametrize("path", ["/", "/_local/sms", "/_local/routes"])
def test_a_foreign_page_may_not_use_the_local_addresses(gateway_site: Site, path: str) -> None:
    assert gateway_site.call("GET", path, Host="attacker.example").status == 403
    assert gateway_site.call("GET", path, Origin="https://attacker.example").status == 403


def test_the_console_page_and_nothing_beside_it(gateway_site: Site) -> None:
    assert b"<title>360Auto" in gateway_site.call("GET", "/").body
    assert gateway_site.call("GET", "/_local/console/console.js").status == 200
    for path in ("/_local/console/%2e%2e%2ftemplate.yaml", "/_local/console/index.html", "/_local/nowhere"):
        assert gateway_site.call("GET", path).status == 404


def test_an_answer_to_a_caller_who_left_disturbs_nobody(gateway_site: Site) -> None:
    with contextlib.suppress(TimeoutError):
        connection = http.client.HTTPConnection(urlsplit(gateway_site.base).netloc, timeout=0.2)
        connection.request("GET", "/api/things/1?do=sleep&s=1")
        connection.getresponse()
    connection.close()
    assert gateway_site.call("GET", "/api/things/1").status == 200

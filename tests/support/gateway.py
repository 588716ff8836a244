"""Gateway on a small template with one function that tells what it sees."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.edge.rules import Rule
from local.gateway.edge import Edge
from local.gateway.function_log import FunctionLog
from local.gateway.functions import Functions
from local.gateway.limits import PoolLimits
from local.gateway.local_api import LocalSettings
from local.gateway.server import application
from local.thread_server import serving

TEMPLATE = """
Metadata: {Auto360: {PathAliases: {/api: ["", /api/v1, /api/api]}}}
Globals: {Function: {Timeout: 5, MemorySize: 256, Environment: {Variables: {SHARED: fixed, HIDDEN: !Ref Secret}}}}
Resources:
  Bucket: {Type: AWS::S3::Bucket}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/echo/
      Timeout: 2
      Environment: {Variables: {PROVIDED: !Sub "${Secret}", FROM_PROCESS: "own"}}
      Events:
        One: {Type: Api, Properties: {Path: "/api/things/{id}", Method: get}}
        Fixed: {Type: Api, Properties: {Path: /api/things/fixed, Method: get}}
        Rest: {Type: Api, Properties: {Path: "/files/{rest+}", Method: ANY}}
        Post: {Type: Api, Properties: {Path: /api/things, Method: post}}
        Daily: {Type: Schedule, Properties: {Schedule: "cron(0 3 * * ? *)", Input: '{"job":"daily"}'}}
        New: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: "s3:ObjectCreated:*"}}
"""
ECHO = """
import json, os, sys, time
CALLS = 0

def handler(event, context):
    global CALLS
    CALLS += 1
    if "messages" in event:
        print(json.dumps({"message": "timer ran", "level": "INFO"}))
        return event["messages"][0]["details"]
    query = event["queryStringParameters"]
    what = query.get("do")
    if what == "raise":
        raise ValueError("broken")
    if what == "sleep":
        time.sleep(float(query["s"]))
    if what == "exit":
        os._exit(3)
    if what == "dict":
        return {"statusCode": 200, "body": {"not": "text"}}
    if what == "plain":
        return "text"
    if what == "headers":
        return {"statusCode": 201, "headers": {"X-One": "a", "Set-Cookie": "no"},
                "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "body": "aGk=", "isBase64Encoded": True}
    if what == "forbidden":
        return {"statusCode": 200, "headers": {query["name"]: "x"}, "body": ""}
    if what == "kept":
        own = ("X-Request-Id", "X-Content-Type-Options", "X-Function-Id", "Host", "User-Agent", "Authorization",
               "Cookie", "Date", "Server", "Content-Md5", "X-Correlation-Id", "ETag")
        return {"statusCode": 200, "headers": {name: "ours" for name in own}, "body": ""}
    seen = {"event": event, "calls": CALLS, "pid": os.getpid(), "environ": dict(os.environ), "path": sys.path[:2],
            "remaining": context.get_remaining_time_in_millis(), "memory": context.memory_limit_in_mb,
            "ids": [context.aws_request_id, context.function_name], "token": context.token}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(seen)}
"""


NOBODY = "http://127.0.0.1:9"


@dataclass
class Answer:
    """Response of the gateway."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass
class Site:
    """Running gateway with one function."""

    base: str
    root: Path

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Return a request on a connection of its own."""
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=named)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@pytest.fixture
def gateway_site(tmp_path: Path) -> Iterator[Site]:
    """Yield the gateway on the template above."""
    yield from site_with(tmp_path, edge=None)


@pytest.fixture
def guarded_site(tmp_path: Path) -> Iterator[Site]:
    """Yield the gateway behind an edge that lets ten requests per address through."""
    rule = {"name": "few", "by": "address", "paths": ["/api/things/"], "limit": 10, "above": "NOTHING"}
    times = {"period_seconds": 3600, "ban_seconds": 3600, "dry_run": False}
    yield from site_with(tmp_path, edge=Edge((Rule.model_validate({**rule, **times}),)))


@pytest.fixture
def crowded_site(tmp_path: Path) -> Iterator[Site]:
    """Yield a gateway whose functions run two calls and let four wait."""
    yield from site_with(tmp_path, edge=None, max_requests=6)


def site_with(tmp_path: Path, *, edge: Edge | None, max_requests: int = 60) -> Iterator[Site]:
    """Yield a gateway of its own."""
    folder = tmp_path / "functions" / "echo"
    folder.mkdir(parents=True)
    (folder / "handler.py").write_text(ECHO, encoding="utf-8")
    (tmp_path / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    log = FunctionLog(tmp_path / "functions.log")
    functions = Functions(
        path=tmp_path / "template.yaml",
        provided={"PROVIDED": "by the stack", "OTHER": "not listed"},
        process={"FROM_PROCESS": "by the process", "SHELL": "not listed"},
        log=log,
        limits=PoolLimits(workers=2, requests=max_requests),
    )
    with serving(lambda: application(functions, LocalSettings(NOBODY, NOBODY, "operator", {}), None, edge)) as base:
        yield Site(base, tmp_path)
    log.close()

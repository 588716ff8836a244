"""Runs one function in its own process, one call at a time, like an instance in the cloud.

Independent: standard library only, nothing of this package, so that a function has the same modules as in the cloud.
Called with the number of an open socket, the handler's name, and the folders to import from. Messages on the socket are
JSON with a length in front; standard output belongs to the function.
"""

from __future__ import annotations

import importlib
import json
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, BinaryIO

_SET_PARENT_DEATH_SIGNAL = 1


class Context:
    """Context that the cloud passes beside the event."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.function_name = values["function_name"]
        self.function_version = "local"
        self.function_folder_id = "local"
        self.memory_limit_in_mb = values["memory"]
        self.request_id = values["request_id"]
        self.aws_request_id = values["request_id"]
        self.invoked_function_arn = values["function_name"]
        self.deadline_ms = values["deadline_ms"]
        self.log_group_name = "local"
        self.log_stream_name = values["function_name"]
        self.token = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the call is cut off."""
        return max(0, int(self.deadline_ms - time.time() * 1000))


def receive(channel: BinaryIO) -> dict[str, Any] | None:
    """Return the next message, or None at the end."""
    head = channel.read(4)
    if len(head) < 4:
        return None
    message: dict[str, Any] = json.loads(channel.read(struct.unpack("!I", head)[0]))
    return message


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    """Send one message."""
    data = json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass")
    channel.sendall(struct.pack("!I", len(data)) + data)


def failure(error: BaseException) -> dict[str, Any]:
    """Return an uncaught exception in the cloud's form."""
    stack = traceback.format_exception(type(error), error, error.__traceback__)
    return {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": stack}


def load(name: str) -> Callable[[Any, Context], Any]:
    """Import the handler."""
    module, _, attribute = name.rpartition(".")
    handler: Callable[[Any, Context], Any] = getattr(importlib.import_module(module), attribute)
    return handler


def call(handler: Callable[[Any, Context], Any], message: dict[str, Any]) -> dict[str, Any]:
    """Run the handler and measure it."""
    started = time.perf_counter()
    try:
        result = handler(message["event"], Context(message["context"]))
        if hasattr(result, "__await__"):
            import asyncio

            result = asyncio.run(result)
        answer: dict[str, Any] = {"result": json.dumps(result)}
    except Exception as error:
        answer = {"error": failure(error)}
    answer["duration_ms"] = (time.perf_counter() - started) * 1000
    sys.stdout.flush()
    sys.stderr.flush()
    return answer


def die_with_gateway() -> None:
    """End together with the gateway, also after its crash."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, 9, 0, 0, 0)


def main(arguments: list[str]) -> int:
    """Import the function, then answer until the socket closes."""
    die_with_gateway()
    connection = socket.socket(fileno=int(arguments[0]))
    connection.set_inheritable(False)
    channel = connection.makefile("rb")
    sys.path[:0] = arguments[2:]
    started = time.perf_counter()
    try:
        handler = load(arguments[1])
    except BaseException as error:
        send(connection, {"error": failure(error)})
        return 1
    send(connection, {"ready": True, "init_ms": (time.perf_counter() - started) * 1000})
    while True:
        message = receive(channel)
        if message is None:
            return 0
        send(connection, call(handler, message))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Serves a site from a thread of this process, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Iterator

from aiohttp import web

from local.ports import HOST

_Start = Callable[[], Coroutine[None, None, web.AppRunner]]


@contextlib.contextmanager
def serving(make_site: Callable[[], web.Application], port: int = 0) -> Iterator[str]:
    """Serve for the length of a `with` block; yields the base address."""
    loop = asyncio.new_event_loop()
    started = threading.Event()
    address: list[str] = []

    async def start() -> web.AppRunner:
        runner = web.AppRunner(make_site(), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        address.append(f"http://{HOST}:{runner.addresses[0][1]}")
        return runner

    thread = threading.Thread(target=_run, args=(loop, start, started), name="site", daemon=True)
    thread.start()
    started.wait(30)
    if not address:
        raise RuntimeError("The site did not start.")
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def _run(loop: asyncio.AbstractEventLoop, start: _Start, started: threading.Event) -> None:
    asyncio.set_event_loop(loop)
    try:
        runner = loop.run_until_complete(start())
    finally:
        started.set()
    loop.run_forever()
    loop.run_until_complete(runner.cleanup())
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()

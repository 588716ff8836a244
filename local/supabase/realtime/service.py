"""WebSocket endpoint: admission of clients and their messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from local.supabase.keys import BadKey, ProjectKeys
from local.supabase.realtime.channel import Channel, TokenRefused, claims_for_channel
from local.supabase.realtime.feed import Feed
from local.supabase.realtime.protocol import VERSIONS, BadFrame, Frame, encoded, parsed, reply

PREFIX = "/realtime/v1"
_SILENT_SECONDS = 60
_MAX_CHANNELS = 100
_MAX_BYTES = 5_000_000
_LEFT_OUT = "The local stack does not imitate broadcast and presence of Supabase Realtime."


class Realtime:
    """Realtime service of the local project."""

    def __init__(self, keys: ProjectKeys, feed: Feed) -> None:
        self._keys, self._feed = keys, feed

    def add_routes(self, app: web.Application) -> None:
        """Put the service into the site."""
        app.router.add_get(f"{PREFIX}/websocket", self.handle)
        app.on_cleanup.append(self._close)

    async def _close(self, _app: web.Application) -> None:
        await self._feed.close()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until either side ends it."""
        version = request.query.get("vsn", VERSIONS[0])
        try:
            role_token = self._keys.token_of(request.query.get("apikey") or request.headers.get("apikey"))
        except BadKey as refused:
            return web.json_response(refused.body, status=401)
        if version not in VERSIONS:
            return web.json_response({"error": f"unknown serializer version {version}"}, status=403)
        socket = web.WebSocketResponse(max_msg_size=_MAX_BYTES)
        await socket.prepare(request)
        await Connection(self._keys, self._feed, socket, version, role_token).run()
        return socket


@dataclass
class Connection:
    """Connection of one client."""

    keys: ProjectKeys
    feed: Feed
    socket: web.WebSocketResponse
    version: str
    role_token: str
    _channels: dict[str, Channel] = field(default_factory=dict, init=False)
    _outgoing: asyncio.Queue[Frame] = field(default_factory=asyncio.Queue, init=False)

    async def run(self) -> None:
        """Read messages until the client disconnects or times out."""
        writer = asyncio.create_task(self._write())
        try:
            while True:
                message = await self.socket.receive(timeout=_SILENT_SECONDS)
                if message.type is not WSMsgType.TEXT:
                    return
                self._take(parsed(message.data, self.version))
        except (TimeoutError, BadFrame):
            return
        finally:
            for channel in list(self._channels.values()):
                channel.leave()
            writer.cancel()
            await self.socket.close()

    async def _write(self) -> None:
        while True:
            await self.socket.send_str(encoded(await self._outgoing.get(), self.version))

    def _take(self, frame: Frame) -> None:
        send = self._outgoing.put_nowait
        if frame.topic == "phoenix":
            send(reply(frame, "ok"))
        elif frame.event == "phx_join":
            self._join(frame)
        elif (channel := self._channels.get(frame.topic)) is None:
            send(reply(frame, "error", {"reason": "unmatched topic"}))
        elif frame.event == "phx_leave":
            send(reply(frame, "ok"))
            channel.close()
        elif frame.event == "access_token":
            self._renew(channel, frame.payload.get("access_token"))
        elif frame.event in ("broadcast", "presence"):
            send(reply(frame, "error", {"reason": _LEFT_OUT}))

    def _join(self, frame: Frame) -> None:
        config = frame.payload.get("config")
        settings: dict[str, Any] = config if isinstance(config, dict) else {}
        token = frame.payload.get("access_token") or frame.payload.get("user_token")
        token = token if isinstance(token, str) and not token.startswith("sb_") else self.role_token
        refusal = self._join_refusal(frame, settings)
        try:
            claims = claims_for_channel(self.keys, token)
        except TokenRefused as refused:
            refusal = f"{refused.code}: {refused.sentence}"
        if refusal:
            self._outgoing.put_nowait(reply(frame, "error", {"reason": refusal}))
            return
        if frame.topic in self._channels:
            self._channels[frame.topic].close()
        entries = [entry for entry in settings.get("postgres_changes") or [] if isinstance(entry, dict)]
        send, join_ref = self._outgoing.put_nowait, frame.join_ref or frame.ref
        channel = Channel(frame.topic, join_ref, entries, claims, token, self.feed, send, self._forget)
        self._channels[frame.topic] = channel
        send(reply(frame, "ok", channel.accepted()))
        channel.start()

    def _forget(self, topic: str) -> None:
        self._channels.pop(topic, None)

    def _join_refusal(self, frame: Frame, settings: dict[str, Any]) -> str | None:
        name = frame.topic.removeprefix("realtime:")
        if not frame.topic.startswith("realtime:"):
            return "unmatched topic"
        if not name:
            return "TopicNameRequired: You must provide a topic name"
        if settings.get("private"):
            # No policy on realtime.messages allows private channels.
            return f"Unauthorized: You do not have permissions to read from this Channel topic: {name}"
        if len(self._channels) >= _MAX_CHANNELS:
            return "ChannelRateLimitReached: Too many channels"
        if (settings.get("presence") or {}).get("enabled"):
            return _LEFT_OUT
        return None

    def _renew(self, channel: Channel, token: object) -> None:
        if not isinstance(token, str) or token.startswith("sb_") or token == channel.token:
            return
        try:
            channel.renew(token, claims_for_channel(self.keys, token))
        except TokenRefused as refused:
            channel.shut_down(refused.sentence)

"""supabase-py against the same host: rows, files and channels of our own tools and of others' scripts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from postgrest import APIError, CountMethod
from realtime import RealtimePostgresChangesListenEvent as Event
from storage3.exceptions import StorageApiError
from supabase.lib.client_options import AsyncClientOptions

from supabase import AsyncClient, Client, ClientOptions, acreate_client, create_client
from tests.clients.scene import Chat, Person, new_chat, new_person
from tests.support.stack import RunningStack

pytestmark = [
    pytest.mark.xdist_group("stack"),
    # The package hands its own parts options that they no longer want.
    pytest.mark.filterwarnings("ignore:The '(timeout|verify)' parameter is deprecated:DeprecationWarning"),
]


def client_of(stack: RunningStack, person: Person | None = None) -> Client:
    """Return a client of this person, or of a guest."""
    headers = {"Authorization": f"Bearer {person.token}"} if person else {}
    key = stack.keyring.supabase_publishable_key
    return create_client(stack.supabase_url, key, ClientOptions(headers=headers))


def test_rows_are_read_and_written_under_the_callers_policies(stack: RunningStack) -> None:
    chat = new_chat(stack)
    guest, buyer, stranger = client_of(stack), client_of(stack, chat.buyer), client_of(stack, chat.stranger)
    read = guest.table("listings").select("id,title", count=CountMethod.exact).eq("id", chat.listing).execute()
    assert (read.count, len(read.data)) == (1, 1)
    row = {"thread_id": chat.thread, "sender_id": chat.buyer.id, "body": "Привет"}
    assert len(buyer.table("chat_messages").insert(row).execute().data) == 1
    assert stranger.table("chat_messages").select("*").eq("thread_id", chat.thread).execute().data == []
    with pytest.raises(APIError) as refused:
        stranger.table("chat_messages").insert({**row, "sender_id": chat.stranger.id}).execute()
    assert refused.value.code == "42501"


def test_files_are_stored_read_signed_and_removed(stack: RunningStack) -> None:
    me = new_person(stack)
    files = client_of(stack, me).storage.from_("documents")
    name = f"{me.id}/a.pdf"
    options: Any = {"content-type": "application/pdf", "upsert": "true"}
    for body in (b"one", b"two!"):
        files.upload(name, body, options)
    assert files.download(name) == b"two!"
    assert "token=" in str(files.create_signed_url(name, 60)["signedURL"])
    assert [one["name"] for one in files.list(me.id)] == ["a.pdf"]
    with pytest.raises(StorageApiError) as refused:
        files.upload(f"{me.id}/a.exe", b"x", {"content-type": "application/x-msdownload"})
    assert (refused.value.status, refused.value.code) == ("415", "invalid_mime_type")
    with pytest.raises(StorageApiError):
        client_of(stack, new_person(stack)).storage.from_("documents").download(name)
    assert len(files.remove([name])) == 1


def test_the_secret_key_acts_as_the_backend(stack: RunningStack) -> None:
    backend = create_client(stack.supabase_url, stack.keyring.supabase_secret_key)
    assert {bucket.id for bucket in backend.storage.list_buckets()} >= {"avatars", "documents"}
    person = new_person(stack)
    assert len(backend.table("auth_sessions").select("id").eq("user_id", person.id).execute().data) == 1


def test_a_channel_hears_of_a_message(stack: RunningStack) -> None:
    chat = new_chat(stack)
    assert asyncio.run(_first_change(stack, chat)) == "из Python"


async def _first_change(stack: RunningStack, chat: Chat) -> str:
    heard: asyncio.Queue[Any] = asyncio.Queue()
    subscribed: asyncio.Queue[Any] = asyncio.Queue()
    headers = {"Authorization": f"Bearer {chat.seller.token}"}
    key = stack.keyring.supabase_publishable_key
    client: AsyncClient = await acreate_client(stack.supabase_url, key, AsyncClientOptions(headers=headers))
    await client.realtime.set_auth(chat.seller.token)
    channel = client.channel(f"chat_messages:{chat.thread}")
    channel.on_postgres_changes(Event.Insert, heard.put_nowait, schema="public", table="chat_messages")
    channel.on_system(subscribed.put_nowait)
    await channel.subscribe()
    told = await asyncio.wait_for(subscribed.get(), 30)
    assert told.status == "ok"
    row = {"thread_id": chat.thread, "sender_id": chat.seller.id, "body": "из Python"}
    await client.table("chat_messages").insert(row).execute()
    change = await asyncio.wait_for(heard.get(), 30)
    await client.remove_all_channels()
    return str(change["data"]["record"]["body"])

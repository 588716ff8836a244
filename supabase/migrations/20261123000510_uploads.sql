-- Upload sessions: bound to a user, repeatable, revocable (docs/decisions/0021).

create function private.ticket_view(p_ticket public.upload_tickets) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (
    select pg_catalog.jsonb_build_object('ticket_id', p_ticket.id, 'video_id', p_ticket.video_id,
      'provider', p_ticket.provider, 'provider_ticket', p_ticket.provider_ticket,
      'provider_video_id', v.provider_video_id, 'bytes', p_ticket.declared_bytes, 'title', v.title,
      'expires_at', p_ticket.expires_at, 'is_repeat', false)
    from public.videos v where v.id = p_ticket.video_id);
end;
$$;
comment on function private.ticket_view(public.upload_tickets) is
  'Returns an upload session in the form that its user receives.';

create function private.upload_refusal(p_user_id uuid, p_listing_id uuid) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text;
begin
  if p_listing_id is null then
    return private.poster_refusal(p_user_id, p_user_id);
  end if;
  v_reason := private.lock_listing(p_listing_id, p_user_id);
  return case
    when v_reason is not null then v_reason
    when exists (select from public.listings l where l.id = p_listing_id and l.deleted_at is not null) then 'not_found' end;
end;
$$;
comment on function private.upload_refusal(uuid, uuid) is
  'Returns the reason of a refusal to upload, for a listing or for a future one; else null.';

create function private.remembered_ticket(p_user_id uuid, p_key text, p_digest bytea) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_known public.upload_tickets;
begin
  select t.* into v_known from public.upload_tickets t
  where t.user_id = p_user_id and t.idempotency_key = p_key for update;
  if not found then
    return null;
  elsif v_known.state = 'issued' and v_known.expires_at > pg_catalog.now()
      and (p_key not like 'sha256:%' or v_known.created_at > pg_catalog.now() - interval '1 minute') then
    return case when v_known.request_digest = p_digest then private.ticket_view(v_known) || '{"is_repeat": true}'
      else '{"reason": "idempotency_key_reused"}' end;
  end if;
  update public.upload_tickets t set idempotency_key = null where t.id = v_known.id;
  return null;
end;
$$;
comment on function private.remembered_ticket(uuid, text, bytea) is
  'Returns the upload session that this request got before; null when it needs a new one because the request is new '
  'or its session is used or over. Without a client''s key the same request within a minute is a repeat.';

create function public.upload_ticket_open(p_user_id uuid, p_request jsonb, p_key text, p_digest bytea, p_seconds integer)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_key constant text := coalesce(p_key, 'sha256:' || pg_catalog.encode(p_digest, 'hex'));
  v_listing_id constant uuid := (p_request ->> 'listing_id')::uuid;
  v_reason text := private.upload_refusal(p_user_id, v_listing_id);
  v_answer jsonb;
  v_video_id uuid;
  v_ticket public.upload_tickets;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  -- Parallel repetitions of one request wait for each other here.
  perform 1 from public.accounts u where u.id = p_user_id for no key update;
  v_answer := private.remembered_ticket(p_user_id, v_key, p_digest);
  if v_answer is not null then
    return v_answer;
  end if;
  insert into public.videos (owner_user_id, provider, title, content_type, projection, next_check_at)
  values (coalesce((select l.seller_user_id from public.listings l where l.id = v_listing_id), p_user_id),
    p_request ->> 'provider', p_request ->> 'title', p_request ->> 'content_type',
    coalesce(p_request ->> 'projection', 'flat'),
    case p_request ->> 'provider' when 'yandex' then pg_catalog.now() + interval '1 minute' end)
  returning id into v_video_id;
  insert into public.upload_tickets (user_id, listing_id, video_id, provider, declared_bytes, declared_duration_seconds,
    content_type, expires_at, idempotency_key, request_digest)
  values (p_user_id, v_listing_id, v_video_id, p_request ->> 'provider', (p_request ->> 'bytes')::bigint,
    (p_request ->> 'duration_seconds')::numeric, p_request ->> 'content_type',
    pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds), v_key, p_digest)
  returning * into v_ticket;
  return private.ticket_view(v_ticket);
end;
$$;
comment on function public.upload_ticket_open(uuid, jsonb, text, bytea, integer) is
  'Opens an upload session for one video of a declared size, before the request to the provider; the same request '
  'returns the same session (is_repeat). p_request: provider, bytes, content_type, and listing_id, duration_seconds, '
  'title, projection. Reasons: authentication_required, account_blocked, not_found, forbidden, '
  'idempotency_key_reused.';

create function public.upload_ticket_issued(p_ticket_id uuid, p_provider_ticket text, p_provider_video_id text)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_ticket public.upload_tickets;
begin
  perform 1 from public.videos v
  where v.id = (select t.video_id from public.upload_tickets t where t.id = p_ticket_id) for update;
  select t.* into v_ticket from public.upload_tickets t where t.id = p_ticket_id for update;
  if v_ticket.id is null or v_ticket.state <> 'issued' then
    return '{"reason": "upload_ticket_over"}';
  end if;
  if v_ticket.provider_ticket is null then
    if p_provider_video_id is not null then
      update public.videos v set provider_video_id = p_provider_video_id where v.id = v_ticket.video_id;
    end if;
    update public.upload_tickets t set provider_ticket = p_provider_ticket where t.id = p_ticket_id
    returning * into v_ticket;
  end if;
  return private.ticket_view(v_ticket);
end;
$$;
comment on function public.upload_ticket_issued(uuid, text, text) is
  'Stores the provider''s response. Keeps an earlier response of a parallel request: compare, and revoke the other. '
  'Reason: upload_ticket_over.';

create function public.upload_ticket_abandon(p_ticket_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_video_id uuid := (select t.video_id from public.upload_tickets t where t.id = p_ticket_id);
begin
  perform 1 from public.videos v where v.id = v_video_id for update;
  update public.upload_tickets t set state = 'canceled', idempotency_key = null
  where t.id = p_ticket_id and t.state = 'issued' and t.provider_ticket is null;
  if found then
    update public.videos v set state = 'deleted', deleted_at = pg_catalog.now(), delete_requested_at = pg_catalog.now()
    where v.id = v_video_id and v.provider_video_id is null;
  end if;
end;
$$;
comment on function public.upload_ticket_abandon(uuid) is
  'Cancels an upload session for which the provider has certainly created nothing.';

revoke execute on function private.ticket_view(public.upload_tickets), private.upload_refusal(uuid, uuid),
  private.remembered_ticket(uuid, text, bytea), public.upload_ticket_open(uuid, jsonb, text, bytea, integer),
  public.upload_ticket_issued(uuid, text, text), public.upload_ticket_abandon(uuid) from public, anon, authenticated;
grant execute on function private.ticket_view(public.upload_tickets), private.upload_refusal(uuid, uuid),
  private.remembered_ticket(uuid, text, bytea), public.upload_ticket_open(uuid, jsonb, text, bytea, integer),
  public.upload_ticket_issued(uuid, text, text), public.upload_ticket_abandon(uuid) to service_role;

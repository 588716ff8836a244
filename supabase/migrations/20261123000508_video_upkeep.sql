-- Upkeep of videos by timers: queries to providers, end of upload sessions, deletion, and uploads without a row.

create function public.videos_due(p_limit integer, p_lease_seconds integer) returns jsonb
language sql volatile set search_path = '' as $$
  with due as (
    select v.id from public.videos v
    where v.next_check_at <= pg_catalog.now() and v.state in ('awaiting_upload', 'uploading', 'processing')
      and v.provider_video_id is not null and v.delete_requested_at is null and v.deleted_at is null
    order by v.next_check_at limit p_limit for update skip locked
  ), held as (
    update public.videos v set next_check_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds)
    from due where v.id = due.id returning v.id, v.provider, v.provider_video_id
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(held)), '[]') from held;
$$;
comment on function public.videos_due(integer, integer) is
  'Claims videos that are due for a query to their provider: [{id, provider, provider_video_id}]; parallel callers '
  'get different ones for p_lease_seconds.';

create function public.upload_tickets_end() returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_ended integer;
begin
  -- A token ends by itself; its upload may be told of for a day after that: people fill in a form meanwhile.
  with due as (
    select t.id, t.video_id from public.upload_tickets t join public.videos v on v.id = t.video_id
    where t.provider = 'api_video' and t.state = 'issued' and v.provider_video_id is null
      and t.expires_at <= pg_catalog.now() - interval '1 day'
    limit 1000 for update of v, t skip locked
  ), ended as (
    update public.upload_tickets t set state = 'expired', idempotency_key = null from due where t.id = due.id
    returning t.video_id
  )
  update public.videos v set state = 'deleted', deleted_at = pg_catalog.now(), delete_requested_at = pg_catalog.now(),
    next_listing_id = null
  from ended where v.id = ended.video_id;
  get diagnostics v_ended = row_count;
  return v_ended;
end;
$$;
comment on function public.upload_tickets_end() is
  'Ends upload sessions of api.video without an upload. Returns how many.';

create function public.upload_tickets_unanswered(p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'ticket_id', t.ticket_id, 'video_id', t.video_id, 'provider', t.provider, 'created_at', t.created_at)), '[]')
  from (select u.id as ticket_id, u.video_id, u.provider, u.created_at from public.upload_tickets u
    where u.state = 'issued' and u.provider_ticket is null and u.created_at <= pg_catalog.now() - interval '5 minutes'
    order by u.expires_at limit p_limit) as t;
$$;
comment on function public.upload_tickets_unanswered(integer) is
  'Returns upload sessions whose function ended before it stored the provider''s response: [{ticket_id, video_id, '
  'provider, created_at}].';

create function public.upload_tickets_to_revoke(p_limit integer) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'ticket_id', t.id, 'provider', t.provider, 'provider_ticket', t.provider_ticket)), '[]')
  from (select u.* from public.upload_tickets u
    where u.state <> 'issued' and u.revoked_at is null and u.provider_ticket is not null
    order by u.expires_at limit p_limit) as t;
$$;
comment on function public.upload_tickets_to_revoke(integer) is
  'Returns used or ended upload sessions whose token may still be valid: [{ticket_id, provider, provider_ticket}].';

create function public.upload_tickets_revoked(p_ticket_ids uuid[]) returns void
language sql volatile set search_path = '' as $$
  update public.upload_tickets t set revoked_at = pg_catalog.now()
  where t.id = any (p_ticket_ids) and t.state <> 'issued' and t.revoked_at is null;
$$;
comment on function public.upload_tickets_revoked(uuid[]) is
  'Records that the provider has confirmed the revocation of these tokens.';

create function public.videos_to_delete(p_limit integer, p_lease_seconds integer) returns jsonb
language sql volatile set search_path = '' as $$
  with due as (
    select v.id from public.videos v
    where v.delete_requested_at is not null and v.deleted_at is null
      and coalesce(v.next_check_at, '-infinity') <= pg_catalog.now()
      and not exists (select from public.video_migrations m where m.video_id = v.id and m.lease_until > pg_catalog.now())
    order by v.delete_requested_at limit p_limit for update skip locked
  ), held as (
    update public.videos v set next_check_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds)
    from due where v.id = due.id
    returning v.id, v.listing_id, v.provider, v.provider_video_id, v.fallback_provider, v.fallback_video_id, v.ownership
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(h) - 'listing_id'), '[]') from (
    select held.*, private.is_shown_by_another(case held.provider when 'api_video' then held.provider_video_id
      else held.fallback_video_id end, held.listing_id) as is_shown from held) as h;
$$;
comment on function public.videos_to_delete(integer, integer) is
  'Returns videos whose copies are to be deleted: [{id, provider, provider_video_id, fallback_provider, '
  'fallback_video_id, ownership, is_shown}]. Keeps files that another listing shows at api.video (is_shown) and those '
  'only claimed there. Postpones a video under transfer.';

create function public.video_prove(p_video_id uuid, p_found jsonb) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_ownership text;
begin
  update public.videos v set ownership = private.proved_ownership(v, p_found) where v.id = p_video_id
  returning v.ownership into v_ownership;
  return coalesce(v_ownership <> 'claimed', false);
end;
$$;
comment on function public.video_prove(uuid, jsonb) is
  'Records the proof when a file at api.video, p_found being {title, created_at}, belongs to this row; returns true '
  'when ownership is proved.';

create function public.video_deleted(p_video_id uuid) returns void
language sql volatile set search_path = '' as $$
  update public.videos v set state = 'deleted', deleted_at = pg_catalog.now(), next_check_at = null,
    -- A file that was only claimed is let go: its owner may still name it.
    provider_video_id = case when v.provider = 'yandex' or v.ownership <> 'claimed' then v.provider_video_id end
  where v.id = p_video_id and v.delete_requested_at is not null and v.deleted_at is null;
$$;
comment on function public.video_deleted(uuid) is 'Records that no provider has a copy of this row any more.';

create function public.videos_unknown(p_provider text, p_found jsonb, p_hours integer) returns jsonb
language sql stable set search_path = '' as $$
  with found as (
    select f.video_id, f.title, f.created_at
    from pg_catalog.jsonb_to_recordset(p_found) as f (video_id text, title text, created_at timestamptz)
  ), unknown as (
    select f.*, v.id as of_video, v.owner_user_id, v.state = 'awaiting_upload' and v.provider = p_provider as is_awaited
    from found f
    join public.videos v on v.id = private.title_id(pg_catalog.to_jsonb(f))
    where not exists (select from public.videos k where (k.provider, k.provider_video_id) = (p_provider, f.video_id)
        or (k.fallback_provider, k.fallback_video_id) = (p_provider, f.video_id))
      and not exists (select from public.video_migrations m
        where (m.source_provider, m.source_video_id) = (p_provider, f.video_id)
          or (m.target_provider, m.target_video_id) = (p_provider, f.video_id)
          or (m.video_id = private.as_uuid(f.title) and m.target_provider = p_provider
            and m.state not in ('skipped', 'rolled_back', 'confirmed')))
      and not (p_provider = 'api_video' and exists (select from public.listings l
        where l.video_id = f.video_id or (l.video_id is null and l.video_url is not null
          and substring(l.video_url, '/vod/([A-Za-z0-9_-]+)') = f.video_id)))
  )
  select pg_catalog.jsonb_build_object(
    'uploads', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', u.of_video, 'user_id', u.owner_user_id,
      'provider_video_id', u.video_id)) filter (where u.is_awaited), '[]'),
    'strays', coalesce(pg_catalog.jsonb_agg(u.video_id) filter (where not u.is_awaited
      and u.created_at < pg_catalog.now() - pg_catalog.make_interval(hours => p_hours)
      and (p_provider = 'yandex' or exists (select from public.upload_tickets t where t.video_id = u.of_video
        and t.provider = p_provider
        and u.created_at between t.created_at - interval '1 minute' and t.expires_at + interval '1 minute'))), '[]'))
  from unknown u;
$$;
comment on function public.videos_unknown(text, jsonb, integer) is
  'Returns those of a provider''s videos ([{video_id, title, created_at}]) that no row and no listing knows: uploads '
  'whose title is our id, so that they belong to an upload session, and strays older than p_hours: uploaded under our '
  'id while its session was open, or created by us at Yandex. A file without an id of ours is never a stray: it may '
  'belong to anybody.';

revoke execute on function public.videos_due(integer, integer), public.upload_tickets_end(),
  public.upload_tickets_unanswered(integer), public.upload_tickets_to_revoke(integer),
  public.upload_tickets_revoked(uuid[]), public.videos_to_delete(integer, integer), public.video_prove(uuid, jsonb),
  public.video_deleted(uuid), public.videos_unknown(text, jsonb, integer) from public, anon, authenticated;
grant execute on function public.videos_due(integer, integer), public.upload_tickets_end(),
  public.upload_tickets_unanswered(integer), public.upload_tickets_to_revoke(integer),
  public.upload_tickets_revoked(uuid[]), public.videos_to_delete(integer, integer), public.video_prove(uuid, jsonb),
  public.video_deleted(uuid), public.videos_unknown(text, jsonb, integer) to service_role;

-- Switch of a listing to its replica, and the way back. Locks are taken in the order of the owner's own actions:
-- listings first, then the video, then the ledger.

create function private.video_fields(p_listing public.listings) returns jsonb
language sql immutable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', p_listing.id, 'video_id', p_listing.video_id,
    'video_provider', p_listing.video_provider, 'video_status', p_listing.video_status,
    'video_url', p_listing.video_url, 'video_player_url', p_listing.video_player_url,
    'video_thumbnail_url', p_listing.video_thumbnail_url, 'thumbnail_url', p_listing.thumbnail_url);
$$;
comment on function private.video_fields(public.listings) is 'Returns the columns of a listing that lead to its video.';

create function private.lock_showing_listings(p_migration public.video_migrations) returns uuid[]
language sql volatile set search_path = '' as $$
  select coalesce(pg_catalog.array_agg(locked.id), '{}') from (
    select l.id from public.listings l
    where l.id = p_migration.listing_id
      or (l.video_id = p_migration.source_video_id and l.video_provider is distinct from 'yandex')
    order by l.id for no key update) as locked;
$$;
comment on function private.lock_showing_listings(public.video_migrations) is
  'Locks and returns listings that show the video: its own, and any other with the same address.';

create function private.point_listings(p_migration public.video_migrations, p_listings uuid[], p_place jsonb) returns void
language sql volatile set search_path = '' as $$
  update public.listings l set video_id = null, video_provider = p_migration.target_provider, video_status = 'ready',
    video_url = p_place ->> 'video_url', video_player_url = p_place ->> 'video_player_url',
    video_thumbnail_url = coalesce(p_place ->> 'video_thumbnail_url', l.video_thumbnail_url),
    thumbnail_url = case when l.thumbnail_url is null or private.is_at_api_video(l.thumbnail_url)
      then coalesce(p_place ->> 'thumbnail_url', l.thumbnail_url) else l.thumbnail_url end
  where l.id = any (p_listings) and l.video_id = p_migration.source_video_id;
$$;
comment on function private.point_listings(public.video_migrations, uuid[], jsonb) is
  'Switches listings to the copy. Keeps a thumbnail that the seller has stored elsewhere.';

-- A video's lasting addresses are those of its present place: they change with the switch and with the rollback.
create function public.video_migration_switch(p_id uuid, p_holder text, p_place jsonb, p_fallback_days integer,
  p_confirm_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := (select m from public.video_migrations m where m.id = p_id);
  v_listings uuid[] := private.lock_showing_listings(v_entry);
  v_video public.videos;
  v_answer jsonb;
begin
  select v.* into v_video from public.videos v where v.id = v_entry.video_id for update;
  v_entry := private.held_migration(p_id, p_holder);
  v_answer := private.step_check(v_entry, array['ready']);
  if v_answer is not null then
    return v_answer;
  end if;
  update public.video_migrations m set state = 'switched', switched_at = pg_catalog.now(),
    previous_place = pg_catalog.jsonb_build_object('shown_at', p_place,
      'video', pg_catalog.jsonb_build_object('lasting_hls_url', v_video.lasting_hls_url,
        'lasting_player_url', v_video.lasting_player_url, 'lasting_thumbnail_url', v_video.lasting_thumbnail_url),
      'listings', (
        select coalesce(pg_catalog.jsonb_agg(private.video_fields(l) order by l.id), '[]') from public.listings l
        where l.id = any (v_listings) and l.video_id = v_entry.source_video_id)),
    next_try_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_confirm_seconds),
    attempts = 0, upload_url = null, lease_holder = null, lease_until = null
  where m.id = p_id;
  perform private.point_listings(v_entry, v_listings, p_place);
  update public.videos v set provider = v_entry.target_provider, provider_video_id = v_entry.target_video_id,
    lasting_hls_url = null, lasting_player_url = null, lasting_thumbnail_url = null, gone_at = null,
    fallback_provider = v_entry.source_provider, fallback_video_id = v_entry.source_video_id,
    fallback_until = pg_catalog.now() + pg_catalog.make_interval(days => p_fallback_days),
    bytes = coalesce(v_entry.bytes_total, v.bytes),
    duration_seconds = coalesce(v_entry.target_duration_seconds, v.duration_seconds), version = v.version + 1
  where v.id = v_entry.video_id;
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_switch(uuid, text, jsonb, integer, integer) is
  'Switches listing and video to the copy, in one transaction that stores the previous values. p_place: video_url, '
  'video_player_url, video_thumbnail_url, thumbnail_url; never an id of Yandex, since the app builds api.video '
  'addresses from video_id. Keeps the copy at api.video as the fallback. Due for confirmation after '
  'p_confirm_seconds.';

create function public.video_migration_confirmed(p_id uuid, p_holder text, p_fallback_days integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := private.held_migration(p_id, p_holder);
begin
  if v_entry.id is null or v_entry.state <> 'switched' then
    return '{"outcome": "lost"}';
  end if;
  update public.video_migrations m set state = 'confirmed', confirmed_at = pg_catalog.now(), attempts = 0,
    failure_reason = null, next_try_at = null, lease_holder = null, lease_until = null,
    source_release_after = m.switched_at + pg_catalog.make_interval(days => p_fallback_days)
  where m.id = p_id;
  update public.video_migration_days d set confirmed = d.confirmed + 1 where d.day = private.bishkek_day();
  return '{"outcome": "ok"}';
end;
$$;
comment on function public.video_migration_confirmed(uuid, text, integer) is
  'Records that the copy still plays some time after the switch. Starts the days after which api.video''s copy is '
  'released.';

-- Our addresses may have changed their domain since the switch: their id identifies the video.
create function private.point_back(p_migration public.video_migrations) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_back integer;
begin
  -- Skips a listing that shows another video by now.
  update public.listings l set video_id = old.video_id, video_provider = old.video_provider,
    video_status = old.video_status, video_url = old.video_url, video_player_url = old.video_player_url,
    video_thumbnail_url = old.video_thumbnail_url,
    thumbnail_url = case when l.thumbnail_url is not distinct from l.video_thumbnail_url then old.thumbnail_url
      else l.thumbnail_url end
  from pg_catalog.jsonb_populate_recordset(null::public.listings, p_migration.previous_place -> 'listings') as old
  where l.id = old.id and l.video_provider = p_migration.target_provider and l.video_id is null
    and (l.video_url is not distinct from p_migration.previous_place -> 'shown_at' ->> 'video_url'
      or pg_catalog.strpos(l.video_url, '/video/' || p_migration.video_id || '/') > 0);
  get diagnostics v_back = row_count;
  return v_back;
end;
$$;
comment on function private.point_back(public.video_migrations) is
  'Restores the addresses that the listings had before the switch.';

create function private.roll_back(p_id uuid, p_reason text, p_keep_days integer) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := (select m from public.video_migrations m where m.id = p_id);
begin
  perform 1 from public.listings l
  where l.id = v_entry.listing_id
    or l.id in (select (o.value ->> 'id')::uuid from pg_catalog.jsonb_array_elements(v_entry.previous_place -> 'listings') as o)
  order by l.id for no key update;
  perform 1 from public.videos v where v.id = v_entry.video_id for update;
  select m.* into v_entry from public.video_migrations m where m.id = p_id for update;
  if v_entry.state in ('rolled_back', 'skipped') then
    return 'nothing_to_do';
  elsif v_entry.source_release_started_at is not null then
    return 'source_released';
  end if;
  if v_entry.switched_at is not null then
    perform private.point_back(v_entry);
    update public.videos v set provider = v_entry.source_provider, provider_video_id = v_entry.source_video_id,
      lasting_hls_url = v_entry.previous_place -> 'video' ->> 'lasting_hls_url',
      lasting_player_url = v_entry.previous_place -> 'video' ->> 'lasting_player_url',
      lasting_thumbnail_url = v_entry.previous_place -> 'video' ->> 'lasting_thumbnail_url', gone_at = null,
      fallback_provider = null, fallback_video_id = null, fallback_until = null, version = v.version + 1
    where v.id = v_entry.video_id and v.provider = v_entry.target_provider
      and v.provider_video_id = v_entry.target_video_id and v.deleted_at is null;
  end if;
  update public.video_migrations m set state = 'rolled_back', rolled_back_at = pg_catalog.now(),
    failed_state = null, failure_kind = null, failure_reason = p_reason, next_try_at = null, source_release_after = null,
    lease_holder = null, lease_until = null,
    target_release_after = case when m.target_requested_at is not null
      then pg_catalog.now() + pg_catalog.make_interval(days => p_keep_days) end
  where m.id = p_id;
  return 'rolled_back';
end;
$$;
comment on function private.roll_back(uuid, text, integer) is
  'Ends an entry and, after a switch, shows the copy at api.video again. Keeps the copy at Yandex for p_keep_days, so '
  'that a retry costs nothing. A run that works on it loses its lease.';

create function public.video_migration_rollback(p_only text[], p_day date, p_reason text, p_keep_days integer, p_limit integer)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid;
  v_answers text[] := '{}';
begin
  for v_id in
    select m.id from public.video_migrations m
    where m.state not in ('planned', 'rolled_back', 'skipped') and m.source_release_started_at is null
      and private.is_named(m, p_only) and (p_day is null or m.started_on = p_day)
    order by m.switched_at desc nulls last, m.id limit p_limit
  loop
    v_answers := v_answers || private.roll_back(v_id, p_reason, p_keep_days);
  end loop;
  return pg_catalog.jsonb_build_object(
    'rolled_back', pg_catalog.cardinality(pg_catalog.array_positions(v_answers, 'rolled_back')),
    'left', (select pg_catalog.count(*) from public.video_migrations m
      where m.state not in ('planned', 'rolled_back', 'skipped') and m.source_release_started_at is null
        and private.is_named(m, p_only) and (p_day is null or m.started_on = p_day)),
    'source_released', (select pg_catalog.count(*) from public.video_migrations m
      where m.source_release_started_at is not null and private.is_named(m, p_only)
        and (p_day is null or m.started_on = p_day)));
end;
$$;
comment on function public.video_migration_rollback(text[], date, text, integer, integer) is
  'Rolls back up to p_limit entries: named ones (by any of their ids), those begun on a Bishkek day, or with neither '
  'all: {rolled_back, left, source_released}; call again while some are left. Leaves planned entries as they are.';

create function public.video_migration_rollback_held(p_id uuid, p_holder text, p_reason text, p_keep_days integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  if not exists (select from public.video_migrations m where m.id = p_id and m.lease_holder = p_holder) then
    return '{"outcome": "lost"}';
  end if;
  return pg_catalog.jsonb_build_object('outcome', private.roll_back(p_id, p_reason, p_keep_days));
end;
$$;
comment on function public.video_migration_rollback_held(uuid, text, text, integer) is
  'Rolls back an entry under the lease of p_holder: its verified copy does not play after the switch. Outcome lost '
  'without the lease.';

revoke execute on function private.video_fields(public.listings),
  private.lock_showing_listings(public.video_migrations),
  private.point_listings(public.video_migrations, uuid[], jsonb),
  public.video_migration_switch(uuid, text, jsonb, integer, integer),
  public.video_migration_confirmed(uuid, text, integer), private.point_back(public.video_migrations),
  private.roll_back(uuid, text, integer), public.video_migration_rollback(text[], date, text, integer, integer),
  public.video_migration_rollback_held(uuid, text, text, integer) from public, anon, authenticated;
grant execute on function private.video_fields(public.listings),
  private.lock_showing_listings(public.video_migrations),
  private.point_listings(public.video_migrations, uuid[], jsonb),
  public.video_migration_switch(uuid, text, jsonb, integer, integer),
  public.video_migration_confirmed(uuid, text, integer), private.point_back(public.video_migrations),
  private.roll_back(uuid, text, integer), public.video_migration_rollback(text[], date, text, integer, integer),
  public.video_migration_rollback_held(uuid, text, text, integer) to service_role;

-- Reading and playing videos, and their lasting addresses.

-- Reading and deletion of videos by users.

create function private.video_copies(p_video public.videos) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(c.copy order by c.place), '[]') from (values
    (1, case when p_video.gone_at is null and p_video.provider_video_id is not null then pg_catalog.jsonb_build_object(
      'provider', p_video.provider, 'video_id', p_video.provider_video_id, 'hls_url', p_video.lasting_hls_url,
      'player_url', p_video.lasting_player_url, 'thumbnail_url', p_video.lasting_thumbnail_url) end),
    (2, case when p_video.fallback_video_id is not null
        and coalesce(p_video.fallback_until, 'infinity') > pg_catalog.now() then pg_catalog.jsonb_build_object(
      'provider', p_video.fallback_provider, 'video_id', p_video.fallback_video_id) end),
    (3, case when p_video.replica_key is not null and p_video.replicated_at is not null
      then pg_catalog.jsonb_build_object('replica_key', p_video.replica_key) end)) as c (place, copy)
  where c.copy is not null and p_video.state = 'ready';
$$;
comment on function private.video_copies(public.videos) is
  'Returns the places where a ready video may play, the best first.';

create function private.playing_video(p_video public.videos) returns public.videos
language sql stable set search_path = '' as $$
  select coalesce((select v from public.videos v
    where p_video.state <> 'ready' and p_video.next_listing_id is not null
      and v.listing_id = p_video.next_listing_id and v.state = 'ready' and v.delete_requested_at is null), p_video);
$$;
comment on function private.playing_video(public.videos) is
  'Returns the video, or the one that it will replace until it plays.';

create function private.may_see_video(p_video public.videos, p_viewer_id uuid) returns boolean
language sql stable set search_path = '' as $$
  select p_viewer_id in (p_video.owner_user_id, (select t.user_id from public.upload_tickets t where t.video_id = p_video.id))
    is true or exists (select from public.listings l
      where l.id in (p_video.listing_id, p_video.next_listing_id) and private.shows_listing(l, p_viewer_id)
        and (p_video.listing_id is not null or private.edits_listing(l, p_viewer_id)));
$$;
comment on function private.may_see_video(public.videos, uuid) is
  'Returns true for its owner, its uploader, and all viewers of the listing that shows it.';

create function public.video_read(p_video_id text, p_viewer_id uuid default null) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', v.id, 'listing_id', coalesce(v.listing_id, v.next_listing_id),
    'provider', v.provider, 'provider_video_id', v.provider_video_id,
    'state', case when v.deleted_at is not null or (v.delete_requested_at is not null and v.state <> 'failed')
      then 'deleted' else v.state end,
    'failure_reason', v.failure_reason, 'bytes', v.bytes, 'duration_seconds', v.duration_seconds, 'width', v.width,
    'height', v.height, 'projection', v.projection, 'created_at', v.created_at, 'ready_at', v.ready_at,
    'is_mine', coalesce(p_viewer_id = v.owner_user_id, false),
    'copies', case when v.delete_requested_at is null then private.video_copies(private.playing_video(v)) else '[]' end)
  from public.videos v
  where (v.id = private.as_uuid(p_video_id) or (v.provider = 'api_video' and v.provider_video_id = p_video_id))
    and private.may_see_video(v, p_viewer_id) and (v.delete_requested_at is null or v.owner_user_id = p_viewer_id)
  limit 1;
$$;
comment on function public.video_read(text, uuid) is
  'Returns a video, named by our id or that at api.video, for a viewer; null when the viewer may not see it. copies: '
  'places where it may play.';

create function public.video_plays(p_video_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', v.id, 'state', v.state, 'provider', v.provider,
    'provider_video_id', v.provider_video_id, 'copies', private.video_copies(private.playing_video(v)))
  from public.videos v where v.id = p_video_id and v.delete_requested_at is null;
$$;
comment on function public.video_plays(uuid) is
  'Returns the places where a video plays, to any caller with its id, as with the providers'' own public '
  'addresses: players show no token. Null for none.';

create function public.video_delete(p_user_id uuid, p_video_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_video public.videos := private.lock_video(p_video_id);
  v_may boolean := p_user_id = v_video.owner_user_id or exists (select from public.listings l
    where l.id = v_video.listing_id and private.edits_listing(l, p_user_id));
begin
  if v_video.id is null or not (v_may or private.may_see_video(v_video, p_user_id)) then
    return '{"reason": "not_found"}';
  elsif not v_may then
    return '{"reason": "forbidden"}';
  elsif exists (select from public.accounts u where u.id = p_user_id and u.is_blocked) then
    return '{"reason": "account_blocked"}';
  end if;
  update public.videos v set delete_requested_at = pg_catalog.now(), version = v.version + 1, next_listing_id = null,
    next_check_at = null
  where v.id = p_video_id and v.delete_requested_at is null;
  update public.upload_tickets t set state = 'canceled', idempotency_key = null
  where t.video_id = p_video_id and t.state = 'issued';
  perform private.hide_video(v_video.listing_id);
  return pg_catalog.jsonb_build_object('id', p_video_id);
end;
$$;
comment on function public.video_delete(uuid, uuid) is
  'Hides a video at once; a timer deletes its copies and revokes its upload session: {id}. Idempotent. Reasons: '
  'not_found, forbidden, account_blocked.';

create function public.video_find(p_provider text, p_provider_video_id text) returns uuid
language sql stable set search_path = '' as $$
  select v.id from public.videos v where v.provider = p_provider and v.provider_video_id = p_provider_video_id
    and v.delete_requested_at is null;
$$;
comment on function public.video_find(text, text) is 'Returns our id of a video at a provider; null for none.';

-- Addresses of videos, updated in the background: imported ones, and all after a change of the domain.

create function public.videos_readdress(p_api_url text, p_limit integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  -- Addresses with this prefix are those below the prefix with its last character, the slash, replaced by the next one.
  v_begin constant text := p_api_url || '/video/';
  v_end constant text := p_api_url || '/video0';
  v_video public.videos;
  v_changed integer := 0;
begin
  for v_video in
    select v.* from public.listings l
    join public.videos v on v.listing_id = l.id and v.delete_requested_at is null and v.deleted_at is null
    where l.video_provider = 'yandex' and l.deleted_at is null and v.state = 'ready' and (l.video_url is null
      or l.video_url collate "C" < v_begin or l.video_url collate "C" >= v_end)
    order by l.id limit p_limit for update of l skip locked
  loop
    perform private.show_video(v_video, p_api_url);
    v_changed := v_changed + 1;
  end loop;
  return v_changed;
end;
$$;
comment on function public.videos_readdress(text, integer) is
  'Updates listings whose video is at Yandex to our present address. Returns the number of changes; call until it returns '
  '0.';

create function public.videos_unchecked(p_limit integer, p_lease_seconds integer) returns jsonb
language sql volatile set search_path = '' as $$
  with due as (
    select v.id from public.videos v
    where v.provider = 'api_video' and v.state = 'ready' and v.checks = 0 and v.next_check_at <= pg_catalog.now()
      and v.delete_requested_at is null and v.deleted_at is null
    order by v.next_check_at limit p_limit for update skip locked
  ), held as (
    update public.videos v set next_check_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds)
    from due where v.id = due.id returning v.id, v.provider, v.provider_video_id
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(held)), '[]') from held;
$$;
comment on function public.videos_unchecked(integer, integer) is
  'Returns videos at api.video that became ready without a query: [{id, provider, provider_video_id}]. A few at a '
  'time: viewers share the requests per minute.';

-- Loss of a video provider: playback switches to the replicas at VK Cloud, and back.

create table public.playback_switches (
  id uuid primary key default gen_random_uuid(),
  provider text not null check (provider in ('api_video', 'yandex')),
  switched_at timestamptz not null default now(),
  switched_back_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.playback_switches is
  'Manual switches of all videos of a provider to their copies. videos.gone_at holds the time of the switch, so that '
  'exactly these are switched back.';
create unique index playback_switches_open_idx on public.playback_switches (provider) where switched_back_at is null;
create trigger playback_switches_touch_updated_at before update on public.playback_switches
  for each row execute function private.touch_updated_at();
alter table public.playback_switches enable row level security;
grant all on public.playback_switches to service_role;

create function public.playback_of_provider(p_provider text) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'playing', pg_catalog.count(*) filter (where v.gone_at is null),
    'with_copy', pg_catalog.count(*) filter (where v.gone_at is null and v.replicated_at is not null and v.replica_key is not null),
    'with_copy_bytes', coalesce(pg_catalog.sum(v.replica_bytes) filter (where v.gone_at is null and v.replicated_at is not null), 0),
    'switched', pg_catalog.count(*) filter (where v.gone_at = s.switched_at),
    'switched_at', pg_catalog.max(s.switched_at))
  from public.videos v
  left join public.playback_switches s on s.provider = p_provider and s.switched_back_at is null
  where v.provider = p_provider and v.state = 'ready' and v.delete_requested_at is null;
$$;
comment on function public.playback_of_provider(text) is
  'Counts videos that play from a provider, those of them with a copy, and those switched to their copies.';

create function public.switch_playback(p_provider text, p_api_url text, p_limit integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_at timestamptz;
  v_video public.videos;
  v_count integer := 0;
begin
  insert into public.playback_switches (provider) values (p_provider)
  on conflict (provider) where switched_back_at is null do nothing;
  select s.switched_at into v_at from public.playback_switches s
  where s.provider = p_provider and s.switched_back_at is null;
  for v_video in
    update public.videos u set gone_at = v_at where u.id in (
      select v.id from public.videos v
      where v.provider = p_provider and v.state = 'ready' and v.gone_at is null and v.delete_requested_at is null
        and v.replicated_at is not null and v.replica_key is not null
      order by v.id limit p_limit for update)
    returning u.*
  loop
    perform private.show_video(v_video, p_api_url);
    v_count := v_count + 1;
  end loop;
  return v_count;
end;
$$;
comment on function public.switch_playback(text, text, integer) is
  'Switches playback of up to p_limit videos of a provider to their copies; call until it returns 0. Skips a video '
  'without a copy.';

create function public.switch_playback_back(p_provider text, p_api_url text, p_limit integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_video public.videos;
  v_count integer := 0;
begin
  for v_video in
    update public.videos u set gone_at = null where u.id in (
      select v.id from public.videos v
      join public.playback_switches s on s.provider = v.provider and s.switched_back_at is null and s.switched_at = v.gone_at
      where v.provider = p_provider order by v.id limit p_limit for update of v)
    returning u.*
  loop
    perform private.show_video(v_video, p_api_url);
    v_count := v_count + 1;
  end loop;
  if v_count = 0 then
    update public.playback_switches s set switched_back_at = pg_catalog.now()
    where s.provider = p_provider and s.switched_back_at is null;
  end if;
  return v_count;
end;
$$;
comment on function public.switch_playback_back(text, text, integer) is
  'Switches playback of up to p_limit switched videos back to their provider; call until it returns 0, which ends the '
  'switch.';

revoke execute on function private.video_copies(public.videos), private.playing_video(public.videos),
  private.may_see_video(public.videos, uuid), public.video_read(text, uuid), public.video_plays(uuid),
  public.video_delete(uuid, uuid), public.video_find(text, text), public.videos_readdress(text, integer),
  public.videos_unchecked(integer, integer), public.playback_of_provider(text),
  public.switch_playback(text, text, integer), public.switch_playback_back(text, text, integer)
  from public, anon, authenticated;
grant execute on function private.video_copies(public.videos), private.playing_video(public.videos),
  private.may_see_video(public.videos, uuid), public.video_read(text, uuid), public.video_plays(uuid),
  public.video_delete(uuid, uuid), public.video_find(text, text), public.videos_readdress(text, integer),
  public.videos_unchecked(integer, integer), public.playback_of_provider(text),
  public.switch_playback(text, text, integer), public.switch_playback_back(text, text, integer) to service_role;

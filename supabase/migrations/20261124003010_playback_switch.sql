-- When a video supplier is lost: playback goes over to the copies at VK Cloud, and back (audit 8.2, scenario 2).

create table public.playback_switches (
  id uuid primary key default gen_random_uuid(),
  provider text not null check (provider in ('api_video', 'yandex')),
  switched_at timestamptz not null default now(),
  switched_back_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.playback_switches is
  'Each time that all videos of a supplier were led to their copies by hand. Its time stands in videos.gone_at, so that '
  'exactly these are led back.';
create unique index playback_switches_open_idx on public.playback_switches (provider) where switched_back_at is null;
create trigger playback_switches_touch_updated_at before update on public.playback_switches
  for each row execute function private.touch_updated_at();
alter table public.playback_switches enable row level security;
grant all on public.playback_switches to service_role;
create index videos_gone_idx on public.videos (provider, gone_at) where gone_at is not null;

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
  'Videos that play from a supplier, how many of them have a copy, how many were led to their copies.';

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
  'Leads up to p_limit videos of a supplier to their copies; again until it says 0. A video without a copy is left alone.';

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
  'Leads up to p_limit of the switched videos back to their supplier; again until it says 0, which ends the switch.';

revoke execute on function public.playback_of_provider(text), public.switch_playback(text, text, integer),
  public.switch_playback_back(text, text, integer) from public, anon, authenticated;
grant execute on function public.playback_of_provider(text), public.switch_playback(text, text, integer),
  public.switch_playback_back(text, text, integer) to service_role;

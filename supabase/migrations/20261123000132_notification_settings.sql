-- Preferences of notifications: master switch, quiet hours, one switch per type and channel.

create table public.notification_settings (
  user_id uuid primary key references public.accounts (id) on delete cascade,
  is_enabled boolean not null default true,
  quiet_from time default '22:00',
  quiet_to time default '08:00',
  time_zone text check (char_length(time_zone) between 1 and 64),
  shows_text boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((quiet_from is null) = (quiet_to is null))
);
comment on table public.notification_settings is 'Settings of a user''s notifications; without a row the defaults of its columns hold.';
comment on column public.notification_settings.is_enabled is 'Master switch: without it nothing leaves the app, neither push nor SMS.';
comment on column public.notification_settings.quiet_from is 'Local time; null for no quiet hours. Later than quiet_to: across midnight.';
comment on column public.notification_settings.time_zone is 'Name such as Asia/Bishkek, which also holds for null.';
comment on column public.notification_settings.shows_text is 'Texts of other users may appear on a locked screen.';
create trigger notification_settings_touch_updated_at before update on public.notification_settings
  for each row execute function private.touch_updated_at();
alter table public.notification_settings enable row level security;
grant select on public.notification_settings to authenticated;
grant all on public.notification_settings to service_role;
create policy notification_settings_select on public.notification_settings for select to authenticated
  using (user_id = (select auth.uid()));

create table public.notification_preferences (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  type text not null references public.notification_types (code) on delete cascade,
  channel text not null check (channel in ('push', 'in_app', 'sms', 'email')),
  is_on boolean not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, type, channel)
);
comment on table public.notification_preferences is 'Switch of a user for one type and channel, if it was ever changed.';
create index notification_preferences_type_idx on public.notification_preferences (type);
create trigger notification_preferences_touch_updated_at before update on public.notification_preferences
  for each row execute function private.touch_updated_at();
alter table public.notification_preferences enable row level security;
grant select on public.notification_preferences to authenticated;
grant all on public.notification_preferences to service_role;
create policy notification_preferences_select on public.notification_preferences for select to authenticated
  using (user_id = (select auth.uid()));

create function private.wants(p_user_id uuid, p_type text, p_channel text) returns boolean
language sql stable set search_path = '' as $$
  select p_channel = any (t.channels)
    and (p_channel = 'in_app' or coalesce((select s.is_enabled from public.notification_settings s where s.user_id = p_user_id), true))
    and coalesce((select p.is_on from public.notification_preferences p
      where p.user_id = p_user_id and p.type = p_type and p.channel = p_channel), p_channel = any (t.defaults))
    and (not t.is_marketing or exists (select from public.user_consents c where c.user_id = p_user_id and c.ended_at is null
      and c.marketing_accepted and c.notifications_accepted))
  from public.notification_types t where t.code = p_type;
$$;
comment on function private.wants(uuid, text, text) is
  'Returns true when a user wants this type by this channel. The master switch leaves the list in the app alone. Marketing '
  'needs both optional consents.';

create function private.place_in_app() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Null for an unknown type, which the foreign key to the types refuses.
  new.in_app := coalesce(private.wants(new.user_id, new.type, 'in_app'), true);
  return new;
end;
$$;
comment on function private.place_in_app() is 'Trigger: removes from the app''s list the types that its user switched off there.';
create trigger notifications_place_in_app before insert on public.notifications
  for each row execute function private.place_in_app();

create function private.quiet_until(p_at timestamptz, p_from time, p_to time, p_zone text) returns timestamptz
language plpgsql stable set search_path = '' as $$
declare
  v_zone text := coalesce(p_zone, 'Asia/Bishkek');
  v_local timestamp;
begin
  if p_from is null or p_from = p_to then
    return null;
  end if;
  begin
    v_local := p_at at time zone v_zone;
  exception when invalid_parameter_value then
    -- A zone missing in this server's time zone data.
    v_zone := 'Asia/Bishkek';
    v_local := p_at at time zone v_zone;
  end;
  if p_from < p_to then
    return case when v_local::time >= p_from and v_local::time < p_to then (v_local::date + p_to) at time zone v_zone end;
  end if;
  return case when v_local::time >= p_from then (v_local::date + 1 + p_to) at time zone v_zone
    when v_local::time < p_to then (v_local::date + p_to) at time zone v_zone end;
end;
$$;
comment on function private.quiet_until(timestamptz, time, time, text) is
  'Returns the end of the quiet hours that hold at a moment, else null. p_from later than p_to is across midnight; a null '
  'or unknown zone is Bishkek''s.';

create function public.notification_preferences_read(p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('is_enabled', coalesce(s.is_enabled, true),
    'quiet_from', case when s.user_id is null then '22:00' else pg_catalog.to_char(s.quiet_from, 'HH24:MI') end,
    'quiet_to', case when s.user_id is null then '08:00' else pg_catalog.to_char(s.quiet_to, 'HH24:MI') end,
    'time_zone', coalesce(s.time_zone, 'Asia/Bishkek'), 'shows_text', coalesce(s.shows_text, true),
    'types', (select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('type', t.code, 'area', t.area, 'channels', (
        select pg_catalog.jsonb_object_agg(c.channel, coalesce(p.is_on, c.channel = any (t.defaults)))
        from pg_catalog.unnest(t.channels) as c (channel)
        left join public.notification_preferences p on p.user_id = p_user_id and p.type = t.code and p.channel = c.channel))
        order by t.area, t.code) from public.notification_types t))
  from (select p_user_id as id) as asked left join public.notification_settings s on s.user_id = asked.id;
$$;
comment on function public.notification_preferences_read(uuid) is
  'Returns a user''s settings {is_enabled, quiet_from, quiet_to, time_zone, shows_text, types: [{type, area, channels: '
  '{channel: is on}}]}.';

create function public.notification_preferences_write(p_user_id uuid, p_changes jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  begin
    perform pg_catalog.now() at time zone (p_changes ->> 'time_zone');
  exception when invalid_parameter_value then
    return '{"reason": "validation_failed", "field": "time_zone"}';
  end;
  if exists (select from pg_catalog.jsonb_to_recordset(coalesce(p_changes -> 'types', '[]')) as c (type text, channel text)
      where not exists (select from public.notification_types t where t.code = c.type and c.channel = any (t.channels))) then
    return '{"reason": "validation_failed", "field": "types"}';
  end if;
  insert into public.notification_settings (user_id) values (p_user_id) on conflict do nothing;
  update public.notification_settings s set
    is_enabled = coalesce((p_changes ->> 'is_enabled')::boolean, s.is_enabled),
    quiet_from = case when p_changes ? 'quiet_from' then (p_changes ->> 'quiet_from')::time else s.quiet_from end,
    quiet_to = case when p_changes ? 'quiet_to' then (p_changes ->> 'quiet_to')::time else s.quiet_to end,
    time_zone = coalesce(p_changes ->> 'time_zone', s.time_zone),
    shows_text = coalesce((p_changes ->> 'shows_text')::boolean, s.shows_text)
  where s.user_id = p_user_id;
  insert into public.notification_preferences as p (user_id, type, channel, is_on)
  select distinct on (c.type, c.channel) p_user_id, c.type, c.channel, c.is_on
  from pg_catalog.jsonb_to_recordset(coalesce(p_changes -> 'types', '[]')) as c (type text, channel text, is_on boolean)
  order by c.type, c.channel
  on conflict (user_id, type, channel) do update set is_on = excluded.is_on;
  -- Pushes that wait for the end of the former quiet hours are scheduled by the new ones.
  update public.pushes p set not_before = pg_catalog.clock_timestamp()
  where p.user_id = p_user_id and p.state = 'queued' and p.is_deferred;
  if p_changes operator(pg_catalog.?|) array['time_zone', 'quiet_from', 'quiet_to'] then
    update public.search_schedules c set next_at = private.next_digest_at(c.user_id, c.frequency,
      greatest(pg_catalog.clock_timestamp(), c.last_at + case c.frequency when 'daily' then interval '12 hours' else interval '4 days' end))
    where c.user_id = p_user_id and c.frequency <> 'instant';
  end if;
  return public.notification_preferences_read(p_user_id);
end;
$$;
comment on function public.notification_preferences_write(uuid, jsonb) is
  'Changes {is_enabled, quiet_from and quiet_to (both null: no quiet hours), time_zone, shows_text, types: [{type, channel, '
  'is_on}]}, omitted ones stay; returns notification_preferences_read. Reschedules deferred pushes and digests of saved '
  'searches by the new hours. Reason: '
  'validation_failed (with the field).';

revoke execute on function private.place_in_app() from public, anon, authenticated;
revoke execute on function private.wants(uuid, text, text), private.quiet_until(timestamptz, time, time, text),
  public.notification_preferences_read(uuid), public.notification_preferences_write(uuid, jsonb)
  from public, anon, authenticated;
grant execute on function private.wants(uuid, text, text), private.quiet_until(timestamptz, time, time, text),
  public.notification_preferences_read(uuid), public.notification_preferences_write(uuid, jsonb) to service_role;

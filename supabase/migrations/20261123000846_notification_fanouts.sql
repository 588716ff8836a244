-- Notifications of many users: a price drop after saving the listing, a campaign with both consents. The event
-- adds one row in its transaction; a timer processes it in chunks by key (docs/decisions/0138).

create table public.push_campaigns (
  id uuid primary key default gen_random_uuid(),
  title text[] not null check (cardinality(title) = 3 and coalesce(char_length(title[1]) between 1 and 200
    and char_length(title[2]) between 1 and 200 and char_length(title[3]) between 1 and 200, false)),
  message text[] not null check (cardinality(message) = 3 and coalesce(char_length(message[1]) between 1 and 1000
    and char_length(message[2]) between 1 and 1000 and char_length(message[3]) between 1 and 1000, false)),
  action_url text check (char_length(action_url) <= 500 and action_url ~ '^(app360|https)://[^[:space:]]+$'),
  city text check (char_length(city) between 1 and 100),
  max_recipients integer not null check (max_recipients between 1 and 1000000),
  state text not null default 'draft' check (state in ('draft', 'running', 'stopped', 'done')),
  told integer not null default 0 check (told >= 0),
  made_by uuid references public.accounts (id) on delete set null,
  started_by uuid references public.accounts (id) on delete set null,
  stopped_by uuid references public.accounts (id) on delete set null,
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.push_campaigns is 'Message of staff to users with both optional consents. Texts in the order ru, ky, en.';
comment on column public.push_campaigns.city is 'Only to users of this city; null for all.';
create index push_campaigns_created_idx on public.push_campaigns (created_at desc);
create index push_campaigns_made_by_idx on public.push_campaigns (made_by);
create index push_campaigns_started_by_idx on public.push_campaigns (started_by);
create index push_campaigns_stopped_by_idx on public.push_campaigns (stopped_by);
create trigger push_campaigns_touch_updated_at before update on public.push_campaigns
  for each row execute function private.touch_updated_at();
alter table public.push_campaigns enable row level security;
grant all on public.push_campaigns to service_role;

create table public.notification_fanouts (
  id uuid primary key default gen_random_uuid(),
  type text not null references public.notification_types (code) on delete cascade,
  listing_id uuid references public.listings (id) on delete cascade,
  campaign_id uuid references public.push_campaigns (id) on delete cascade,
  "values" jsonb not null default '{}' check (jsonb_typeof("values") = 'object'),
  last_user_id uuid not null default '00000000-0000-0000-0000-000000000000',
  state text not null default 'open' check (state in ('open', 'done', 'failed')),
  tries smallint not null default 0 check (tries >= 0),
  not_before timestamptz not null default now(),
  last_error text check (char_length(last_error) <= 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((listing_id is null) <> (campaign_id is null))
);
comment on table public.notification_fanouts is 'Event that notifies many users, processed in chunks.';
comment on column public.notification_fanouts.last_user_id is 'Users up to this one are notified.';
comment on column public.notification_fanouts.tries is 'Consecutive failed steps; five end the fan-out.';
create index notification_fanouts_open_idx on public.notification_fanouts (created_at) where state = 'open';
create index notification_fanouts_type_idx on public.notification_fanouts (type);
create index notification_fanouts_listing_idx on public.notification_fanouts (listing_id);
create index notification_fanouts_campaign_idx on public.notification_fanouts (campaign_id);
create trigger notification_fanouts_touch_updated_at before update on public.notification_fanouts
  for each row execute function private.touch_updated_at();
alter table public.notification_fanouts enable row level security;
grant all on public.notification_fanouts to service_role;

create function private.note_price_drop() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.notification_fanouts (type, listing_id, "values")
  select 'price_drop', new.id, pg_catalog.jsonb_build_object('old_price', old.price, 'new_price', new.price)
  where exists (select from public.listing_saves s where s.listing_id = new.id);
  return null;
end;
$$;
comment on function private.note_price_drop() is 'Trigger: adds a fan-out to users who saved a listing that became cheaper.';
create trigger listings_note_price_drop after update of price on public.listings for each row
  when (new.price < old.price)
  execute function private.note_price_drop();

create function private.fan_out_price_drop(p_fanout public.notification_fanouts, p_limit integer) returns uuid
language plpgsql volatile set search_path = '' as $$
declare
  v_listing public.listings;
  v_price numeric := (p_fanout."values" ->> 'new_price')::numeric;
  v_last uuid;
  v_list jsonb;
begin
  select l.* into v_listing from public.listings l where l.id = p_fanout.listing_id;
  -- Raised again meanwhile, or no longer shown: no notification.
  if v_listing.price > v_price or v_listing.status <> 'active' or v_listing.is_hidden or v_listing.deleted_at is not null then
    return null;
  end if;
  v_price := v_listing.price;
  with chunk as (
    select s.* from public.listing_saves s where s.listing_id = v_listing.id and s.user_id > p_fanout.last_user_id
    order by s.user_id limit p_limit for update of s
  ), measured as (
    select c.id, c.user_id, least(coalesce(c.price_when_saved, (p_fanout."values" ->> 'old_price')::numeric), c.lowest_price_told) as before from chunk c
    where c.user_id <> v_listing.seller_user_id and not private.chat_blocked(c.user_id, v_listing.seller_user_id)
  ), worth as (
    update public.listing_saves s set lowest_price_told = v_price from measured m
    where s.id = m.id and v_price <= m.before * 0.97 and (v_listing.category <> 'car' or v_price <= m.before - 5000)
      -- A drop left out by the daily limit was not notified: it counts with the next drop.
      and not exists (select from public.notifications n where n.user_id = m.user_id
        and n.dedupe_key = 'price:' || v_listing.id || ':' || private.bishkek_day())
    returning s.user_id, round(100 * (1 - v_price / m.before)) as percent
  )
  select (select c.user_id from chunk c order by c.user_id desc limit 1), (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('user_id', w.user_id,
      'about', 'price:' || v_listing.id || ':' || private.bishkek_day(), 'values', pg_catalog.jsonb_build_object('listing_id', v_listing.id,
        'listing', v_listing.title, 'percent', w.percent, 'price', v_price, 'may_push', w.percent >= 5)))
    from worth w) into v_last, v_list;
  perform private.enqueue_notifications('price_drop', v_list);
  return v_last;
end;
$$;
comment on function private.fan_out_price_drop(public.notification_fanouts, integer) is
  'Notifies the next p_limit users who saved a listing; returns the last of them, null at the end. A drop counts from the price at '
  'saving and from the lowest notified one: 3 %, for cars also 5,000 som, once a day; a push from 5 %.';

create function private.fan_out_campaign(p_fanout public.notification_fanouts, p_limit integer) returns uuid
language plpgsql volatile set search_path = '' as $$
declare
  v_campaign public.push_campaigns;
  v_last uuid;
  v_told integer;
begin
  select c.* into v_campaign from public.push_campaigns c where c.id = p_fanout.campaign_id for update;
  if v_campaign.state <> 'running' or v_campaign.told >= v_campaign.max_recipients then
    update public.push_campaigns c set state = 'done', ended_at = pg_catalog.now() where c.id = v_campaign.id and c.state = 'running';
    return null;
  end if;
  select pg_catalog.max(a.user_id::text)::uuid into v_last from private.campaign_audience(v_campaign, p_fanout.last_user_id,
    least(p_limit, v_campaign.max_recipients - v_campaign.told)) as a;
  insert into public.notifications (user_id, type, title, message, action_url, data, dedupe_key)
  select a.user_id, 'campaign', v_campaign.title[a.place], v_campaign.message[a.place], v_campaign.action_url,
    pg_catalog.jsonb_build_object('campaign_id', v_campaign.id), 'campaign:' || v_campaign.id
  from private.campaign_audience(v_campaign, p_fanout.last_user_id, least(p_limit, v_campaign.max_recipients - v_campaign.told)) as a
  order by a.user_id on conflict (user_id, dedupe_key) do nothing;
  get diagnostics v_told = row_count;
  update public.push_campaigns c set told = c.told + v_told, state = case when v_last is null then 'done' else c.state end,
    ended_at = case when v_last is null then pg_catalog.now() end where c.id = v_campaign.id;
  return v_last;
end;
$$;
comment on function private.fan_out_campaign(public.notification_fanouts, integer) is
  'Notifies the next p_limit users of a campaign, up to its cap and until it is stopped; returns the last of them, null at the end.';

create function private.campaign_audience(p_campaign public.push_campaigns, p_after uuid, p_limit integer)
returns table (user_id uuid, place integer)
language sql stable set search_path = '' as $$
  select u.id, private.language_place(u.language) from public.user_consents c join public.accounts u on u.id = c.user_id
  where c.ended_at is null and c.marketing_accepted and c.notifications_accepted and c.user_id > p_after
    and not u.is_blocked and (p_campaign.city is null or u.city = p_campaign.city)
    and (private.wants(u.id, 'campaign', 'push') or private.wants(u.id, 'campaign', 'in_app'))
    and not exists (select from public.notifications n where n.user_id = u.id and n.type = 'campaign'
      and n.created_at > pg_catalog.now() - interval '1 day' and n.dedupe_key <> 'campaign:' || p_campaign.id)
  order by c.user_id limit p_limit;
$$;
comment on function private.campaign_audience(public.push_campaigns, uuid, integer) is
  'Returns the next users of a campaign by key: with both optional consents now, of its city, with news switched on, and not reached by another campaign '
  'within a day.';

create function public.notification_fanout_step(p_limit integer) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_fanout public.notification_fanouts;
  v_last uuid;
begin
  select f.* into v_fanout from public.notification_fanouts f where f.state = 'open' and f.not_before <= pg_catalog.now()
  order by f.campaign_id is not null, f.created_at limit 1 for update skip locked;
  if v_fanout.id is null then
    return false;
  end if;
  begin
    v_last := case when v_fanout.campaign_id is null then private.fan_out_price_drop(v_fanout, p_limit)
      else private.fan_out_campaign(v_fanout, p_limit) end;
  exception when others then
    -- Every push waits behind this step: a failing one yields to the next.
    update public.notification_fanouts f set tries = f.tries + 1, last_error = pg_catalog.left(sqlstate || ' ' || sqlerrm, 200),
      not_before = pg_catalog.now() + interval '1 minute' * power(4, f.tries),
      state = case when f.tries >= 4 then 'failed' else 'open' end where f.id = v_fanout.id;
    return true;
  end;
  update public.notification_fanouts f set last_user_id = coalesce(v_last, f.last_user_id), tries = 0,
    state = case when v_last is null then 'done' else 'open' end where f.id = v_fanout.id;
  return true;
end;
$$;
comment on function public.notification_fanout_step(integer) is
  'Processes one chunk of up to p_limit users of the oldest open fan-out, campaigns last; returns true when there was one. A killed step '
  'is rolled back; a failed one waits, and ends after five failures.';

revoke execute on function private.note_price_drop() from public, anon, authenticated;
revoke execute on function private.fan_out_price_drop(public.notification_fanouts, integer),
  private.fan_out_campaign(public.notification_fanouts, integer), private.campaign_audience(public.push_campaigns, uuid, integer),
  public.notification_fanout_step(integer) from public, anon, authenticated;
grant execute on function private.fan_out_price_drop(public.notification_fanouts, integer),
  private.fan_out_campaign(public.notification_fanouts, integer), private.campaign_audience(public.push_campaigns, uuid, integer),
  public.notification_fanout_step(integer) to service_role;

-- Business metrics per Bishkek day. A day is counted twice, to include late rows (docs/decisions/0053).

create table public.active_days (
  id uuid primary key default gen_random_uuid(),
  day date not null,
  user_id uuid not null references public.accounts (id) on delete cascade,
  created_at timestamptz not null default now(),
  unique (day, user_id)
);
comment on table public.active_days is
  'Users active on a Bishkek day: the source of daily and monthly active users; kept for 62 days.';
create index active_days_user_id_idx on public.active_days (user_id);
alter table public.active_days enable row level security;
grant select, insert, delete on public.active_days to service_role;

create function private.note_active_users(p_day date) returns void
language sql volatile set search_path = '' as $$
  insert into public.active_days (day, user_id)
  select p_day, a.user_id from (
    select s.user_id from public.refresh_tokens t join public.auth_sessions s on s.id = t.session_id
    where t.created_at >= private.day_start(p_day) and t.created_at < private.day_start(p_day + 1)
    union select m.sender_id from public.chat_messages m
    where m.created_at >= private.day_start(p_day) and m.created_at < private.day_start(p_day + 1)
    union select l.user_id from public.listing_likes l
    where l.created_at >= private.day_start(p_day) and l.created_at < private.day_start(p_day + 1)
    union select v.user_id from public.listing_saves v
    where v.created_at >= private.day_start(p_day) and v.created_at < private.day_start(p_day + 1)
    union select g.seller_user_id from public.listings g
    where g.created_at >= private.day_start(p_day) and g.created_at < private.day_start(p_day + 1)
    union select p.user_id from public.payments p
    where p.created_at >= private.day_start(p_day) and p.created_at < private.day_start(p_day + 1)) as a
  on conflict (day, user_id) do nothing;
$$;
comment on function private.note_active_users(date) is
  'Records users who logged in, refreshed a session (hourly in the app), wrote, liked, saved, posted or '
  'ordered on a day as active.';

create function private.market_metrics(p_from timestamptz, p_to timestamptz)
returns table (metric text, dimension text, value numeric)
language sql stable set search_path = '' as $$
  select 'registrations', '', count(*)::numeric from public.accounts u where u.created_at >= p_from and u.created_at < p_to
  union all
  select 'listings_created', case when grouping(l.category) = 1 then '' else 'category:' || l.category end, count(*)
  from public.listings l where l.created_at >= p_from and l.created_at < p_to group by grouping sets ((), (l.category))
  union all
  select 'listings_sold', '', count(*) from public.listings l where l.sold_at >= p_from and l.sold_at < p_to
  union all
  select 'video_uploads', '', count(*) from public.videos v
  where v.created_at >= p_from and v.created_at < p_to and v.state not in ('awaiting_upload', 'failed')
  union all
  select 'chat_messages', '', count(*) from public.chat_messages m where m.created_at >= p_from and m.created_at < p_to;
$$;
comment on function private.market_metrics(timestamptz, timestamptz) is
  'Returns new users, listings by category, sales, uploads and messages of a span.';

create function private.money_metrics(p_from timestamptz, p_to timestamptz)
returns table (metric text, dimension text, value numeric)
language sql stable set search_path = '' as $$
  select 'sms_sent', case when grouping(m.purpose) = 1 then '' else 'purpose:' || m.purpose end, count(*)::numeric
  from public.sms_messages m where m.created_at >= p_from and m.created_at < p_to and m.supplier_message_id is not null
  group by grouping sets ((), (m.purpose))
  union all
  select 'sms_cost_tyiyn', '', coalesce(sum(m.cost_tyiyn), 0) from public.sms_messages m
  where m.created_at >= p_from and m.created_at < p_to
  union all
  select 'payments_completed', '', count(*) from public.payments p where p.completed_at >= p_from and p.completed_at < p_to
  union all
  select 'revenue_tyiyn', case when grouping(p.tier) = 1 then '' else 'tier:' || coalesce(p.tier, 'none') end,
    coalesce(sum(p.paid_tyiyn), 0)
  from public.payments p where p.completed_at >= p_from and p.completed_at < p_to group by grouping sets ((), (p.tier))
  union all
  select 'refunds_tyiyn', '', coalesce(sum(r.amount_tyiyn), 0) from public.refunds r
  where r.state = 'done' and r.finished_at >= p_from and r.finished_at < p_to;
$$;
comment on function private.money_metrics(timestamptz, timestamptz) is
  'Returns SMS and their costs, payments by tier, and refunds of a span; amounts in tyiyn.';

create function private.funnel_metrics(p_from timestamptz, p_to timestamptz)
returns table (metric text, dimension text, value numeric)
language sql stable set search_path = '' as $$
  select 'funnel_code_requested', '', count(distinct c.phone)::numeric from public.verification_codes c
  where c.created_at >= p_from and c.created_at < p_to
  union all
  select 'funnel_code_used', '', count(distinct c.phone) from public.verification_codes c
  where c.created_at >= p_from and c.created_at < p_to and c.used_at is not null
  union all
  select 'funnel_registered', '', count(*) from public.accounts u where u.created_at >= p_from and u.created_at < p_to
  union all
  select 'funnel_first_listing', '', count(*) from public.accounts u where u.created_at >= p_from and u.created_at < p_to
    and exists (select from public.listings l where l.seller_user_id = u.id and l.status <> 'draft'
      and l.created_at < u.created_at + interval '7 days');
$$;
comment on function private.funnel_metrics(timestamptz, timestamptz) is
  'Returns the funnel from requesting a code to the first listing: phones that requested, phones that used a code, '
  'new users, and those of them with a listing within a week.';

create function private.write_metrics(p_day date, p_metrics jsonb) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_written integer;
begin
  insert into public.metrics_daily as m (day, metric, dimension, value)
  select p_day, f.metric, f.dimension, f.value
  from pg_catalog.jsonb_to_recordset(p_metrics) as f(metric text, dimension text, value numeric)
  on conflict (metric, dimension, day) do update set value = excluded.value where m.value <> excluded.value;
  get diagnostics v_written = row_count;
  return v_written;
end;
$$;
comment on function private.write_metrics(date, jsonb) is
  'Writes metrics of a day over earlier ones; returns the number of new or different ones.';

create function public.metrics_record(p_day date) returns integer
language plpgsql volatile set search_path = '' set statement_timeout = '55s' as $$
declare
  v_from timestamptz := private.day_start(p_day);
  v_to timestamptz := private.day_start(p_day + 1);
begin
  perform private.note_active_users(p_day);
  delete from public.active_days a where a.day < p_day - 62;
  return private.write_metrics(p_day, (
    select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f)) from (
      select 'active_users_day' as metric, '' as dimension, count(*)::numeric as value
      from public.active_days a where a.day = p_day
      union all
      select 'active_users_month', '', count(distinct a.user_id) from public.active_days a
      where a.day > p_day - 30 and a.day <= p_day
      union all select * from private.market_metrics(v_from, v_to)
      union all select * from private.money_metrics(v_from, v_to)
      union all select * from private.funnel_metrics(v_from, v_to)) as f));
end;
$$;
comment on function public.metrics_record(date) is
  'Recounts a Bishkek day and writes its metrics; returns the number of new or different ones. active_users_month: 30 '
  'days that end with this one.';

create function public.metrics_record_funnel(p_day date) returns integer
language sql volatile set search_path = '' as $$
  select private.write_metrics(p_day, (
    select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(f))
    from private.funnel_metrics(private.day_start(p_day), private.day_start(p_day + 1)) as f));
$$;
comment on function public.metrics_record_funnel(date) is
  'Recounts the funnel of an earlier day: a first listing counts within a week of registration.';

-- These metrics include revenue, so they need the role for money.
create function public.metrics_series(p_operator_id uuid, p_metrics text[], p_days integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('series', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'metric', m.metric, 'dimension', m.dimension, 'day', m.day, 'value', m.value) order by m.metric, m.dimension, m.day), '[]')
    from public.metrics_daily m where m.metric = any (p_metrics)
      and m.day >= (pg_catalog.now() at time zone 'Asia/Bishkek')::date - p_days));
end;
$$;
comment on function public.metrics_series(uuid, text[], integer) is
  'Returns metrics of the last p_days days {series: [{metric, dimension, day, value}]}. For finance and '
  'administrators. Reasons: forbidden, account_blocked, authentication_required.';

revoke execute on function private.note_active_users(date), private.market_metrics(timestamptz, timestamptz),
  private.money_metrics(timestamptz, timestamptz), private.funnel_metrics(timestamptz, timestamptz),
  private.write_metrics(date, jsonb), public.metrics_record(date), public.metrics_record_funnel(date),
  public.metrics_series(uuid, text[], integer) from public, anon, authenticated;
grant execute on function private.note_active_users(date), private.market_metrics(timestamptz, timestamptz),
  private.money_metrics(timestamptz, timestamptz), private.funnel_metrics(timestamptz, timestamptz),
  private.write_metrics(date, jsonb), public.metrics_record(date), public.metrics_record_funnel(date),
  public.metrics_series(uuid, text[], integer) to service_role;

-- Helpers for every subject: times, uuids, append-only tables, request counters.

create function private.touch_updated_at() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := pg_catalog.now();
  return new;
end;
$$;
comment on function private.touch_updated_at() is
  'Trigger: sets updated_at to the current time, regardless of the statement.';

create function private.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = '42501';
end;
$$;
comment on function private.refuse_change() is 'Trigger: keeps a table append-only, also for its owner.';

create function private.is_rest_user() returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return current_user in ('anon', 'authenticated');
end;
$$;
comment on function private.is_rest_user() is
  'Returns true when the statement runs with the rights of a user instead of the backend. For trigger functions '
  'that guard columns; always false inside a security definer function.';

create function private.is_email_address(p_text text) returns boolean
language sql immutable set search_path = '' as $$
  select pg_catalog.octet_length(p_text) <= 254 and p_text = pg_catalog.lower(p_text)
    and p_text ~ '^[a-z0-9!#$%&''*+/=?^_`{|}~.-]{1,64}@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z][a-z0-9-]{0,61}[a-z0-9]$'
    and p_text !~ '([.]{2}|^[.]|[.]@)';
$$;
comment on function private.is_email_address(text) is
  'Returns true for an e-mail address in its stored form: small ASCII letters, a domain in its ASCII form, no quotes and no '
  'comments, so that a header may contain it unchanged.';

create function private.jsonb_without_nulls(p_row jsonb, variadic p_leave_out text[]) returns jsonb
language sql immutable set search_path = '' as $$
  select pg_catalog.jsonb_strip_nulls(p_row - p_leave_out);
$$;
comment on function private.jsonb_without_nulls(jsonb, text[]) is
  'Returns the row without null values and without the named keys.';

create table public.rate_limits (
  key text primary key check (char_length(key) <= 200),
  started_at timestamptz not null default now(),
  hits integer not null default 1 check (hits > 0),
  created_at timestamptz not null default now()
);
comment on table public.rate_limits is 'Request counters per limit and caller, used where no Redis is set; a row restarts when its window is over.';
create index rate_limits_started_idx on public.rate_limits (started_at);
alter table public.rate_limits enable row level security;
grant all on public.rate_limits to service_role;

create function private.seconds_between(p_from timestamptz, p_to timestamptz) returns integer
language plpgsql immutable set search_path = '' as $$
begin
  return greatest(1, pg_catalog.ceil(extract(epoch from p_to - p_from)))::integer;
end;
$$;
comment on function private.seconds_between(timestamptz, timestamptz) is
  'Returns whole seconds, rounded up, at least 1: the value for Retry-After.';

create function public.rate_limit_hit(p_key text, p_max_hits integer, p_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_count jsonb;
begin
  insert into public.rate_limits as r (key) values (p_key)
  on conflict (key) do update set
    hits = case when r.started_at <= pg_catalog.now() - pg_catalog.make_interval(secs => p_seconds)
      then 1 else least(r.hits + 1, p_max_hits + 1) end,
    started_at = case when r.started_at <= pg_catalog.now() - pg_catalog.make_interval(secs => p_seconds)
      then pg_catalog.now() else r.started_at end
  returning pg_catalog.jsonb_build_object('hits', r.hits, 'reset_in', private.seconds_between(
    pg_catalog.now(), r.started_at + pg_catalog.make_interval(secs => p_seconds))) into v_count;
  return v_count;
end;
$$;
comment on function public.rate_limit_hit(text, integer, integer) is
  'Counts one request against a limit: {hits, reset_in seconds}. The window begins with its first request.';

create function private.bishkek_day() returns date
language sql stable set search_path = '' as $$
  select (pg_catalog.now() at time zone 'Asia/Bishkek')::date;
$$;
comment on function private.bishkek_day() is 'Returns the current day in Bishkek, by which daily limits count.';

create function private.as_uuid(p_text text) returns uuid
language sql immutable set search_path = '' as $$
  select case when p_text ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then p_text::uuid end;
$$;
comment on function private.as_uuid(text) is 'Parses a uuid; returns null for any other text.';

create function private.day_start(p_day date) returns timestamptz
language sql immutable set search_path = '' as $$
  select p_day::timestamp at time zone 'Asia/Bishkek';
$$;
comment on function private.day_start(date) is 'Returns the moment at which a Bishkek day begins.';

revoke execute on function private.touch_updated_at(), private.refuse_change(),
  private.jsonb_without_nulls(jsonb, text[]), private.is_email_address(text) from public, anon, authenticated;
grant execute on function private.is_email_address(text) to service_role;
revoke execute on function private.is_rest_user() from public;
grant execute on function private.is_rest_user() to anon, authenticated, service_role;
revoke execute on function private.seconds_between(timestamptz, timestamptz),
  public.rate_limit_hit(text, integer, integer), private.bishkek_day(), private.as_uuid(text), private.day_start(date)
  from public, anon, authenticated;
grant execute on function private.seconds_between(timestamptz, timestamptz),
  public.rate_limit_hit(text, integer, integer), private.bishkek_day(), private.as_uuid(text), private.day_start(date)
  to service_role;

-- Queue of videos without a replica at VK Cloud: one claim per video, for any number of workers
-- (docs/decisions/0132).

create table public.video_copy_tasks (
  id uuid primary key default gen_random_uuid(),
  video_id uuid not null unique references public.videos (id) on delete cascade,
  needed_since timestamptz not null,
  claim uuid,
  lease_until timestamptz,
  tries integer not null default 0 check (tries >= 0),
  next_try_at timestamptz,
  last_error text check (char_length(last_error) <= 200),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.video_copy_tasks is
  'Replications that were begun or have failed; a video without a row waits for its first claim. Rows are deleted on success.';
comment on column public.video_copy_tasks.needed_since is
  'Time when the video became ready, or when its replica was found damaged.';
comment on column public.video_copy_tasks.claim is 'Claim of the last worker: results of an earlier one are ignored.';
create trigger video_copy_tasks_touch_updated_at before update on public.video_copy_tasks
  for each row execute function private.touch_updated_at();
alter table public.video_copy_tasks enable row level security;
grant all on public.video_copy_tasks to service_role;

create function public.video_copy_claim(p_limit integer, p_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claimed jsonb;
begin
  with next as (
    select v.id, coalesce(t.needed_since, v.ready_at, v.created_at) as needed_since
    from public.videos v left join public.video_copy_tasks t on t.video_id = v.id
    where v.state = 'ready' and v.replicated_at is null and v.delete_requested_at is null and v.gone_at is null
      and (t.lease_until is null or t.lease_until <= pg_catalog.now())
      and (t.next_try_at is null or t.next_try_at <= pg_catalog.now())
    -- Two thirds of the goal of six hours have passed: before newer ones.
    order by v.fallback_video_id is not null,
      case when coalesce(t.needed_since, v.ready_at, v.created_at) < pg_catalog.now() - interval '4 hours'
        then coalesce(t.needed_since, v.ready_at, v.created_at) end,
      coalesce(t.needed_since, v.ready_at, v.created_at) desc, v.id
    limit p_limit for update of v skip locked
  ), claimed as (
    insert into public.video_copy_tasks as t (video_id, needed_since, claim, lease_until)
    select n.id, n.needed_since, pg_catalog.gen_random_uuid(), pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds)
    from next n
    on conflict (video_id) do update set claim = excluded.claim, lease_until = excluded.lease_until
      where t.lease_until is null or t.lease_until <= pg_catalog.now()
    returning t.video_id, t.claim
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', v.id, 'claim', c.claim, 'provider', v.provider,
    'provider_video_id', v.provider_video_id, 'bytes', v.bytes)), '[]') into v_claimed
  from claimed c join public.videos v on v.id = c.video_id;
  return v_claimed;
end;
$$;
comment on function public.video_copy_claim(integer, integer) is
  'Claims videos without a replica for p_seconds: [{id, claim, provider, provider_video_id, bytes}]. First those without a second '
  'copy at a provider; among them those that have waited for four hours, then the newest.';

create function public.video_copy_failed(p_video_id uuid, p_claim uuid, p_error text) returns void
language sql volatile set search_path = '' as $$
  update public.video_copy_tasks t set lease_until = null, tries = t.tries + 1, last_error = pg_catalog.left(p_error, 200),
    next_try_at = pg_catalog.now() + least(interval '5 minutes' * power(2, least(t.tries, 10)), interval '1 hour')
  where t.video_id = p_video_id and t.claim = p_claim;
$$;
comment on function public.video_copy_failed(uuid, uuid, text) is
  'Returns a video to the queue after a failure of the last worker; the next try waits five minutes, then twice as long, up to an hour.';

create function public.video_copy_status() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'waiting', pg_catalog.count(*),
    'late', pg_catalog.count(*) filter (where w.needed_since < pg_catalog.now() - interval '6 hours'),
    'oldest_hours', coalesce(round((extract(epoch from pg_catalog.now() - pg_catalog.min(w.needed_since)) / 3600)::numeric, 2), 0),
    'failing', pg_catalog.count(*) filter (where w.tries > 0))
  from (select coalesce(t.needed_since, v.ready_at, v.created_at) as needed_since, coalesce(t.tries, 0) as tries
    from public.videos v left join public.video_copy_tasks t on t.video_id = v.id
    where v.state = 'ready' and v.replicated_at is null and v.delete_requested_at is null and v.gone_at is null) as w;
$$;
comment on function public.video_copy_status() is
  'Returns {waiting, late, oldest_hours, failing}: ready videos without a verified replica, those beyond the goal of six '
  'hours, the age of the oldest, and those with a failed try.';

create function public.copies_check_claim(p_share_days integer, p_limit integer, p_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claimed jsonb;
begin
  with next as (
    select b.id from public.backup_copies b
    where coalesce(b.verified_at, '-infinity') < pg_catalog.now() - pg_catalog.make_interval(days => p_share_days)
      and (b.check_lease_until is null or b.check_lease_until <= pg_catalog.now())
    order by b.verified_at nulls first, b.id limit p_limit for update skip locked
  ), claimed as (
    update public.backup_copies b
    set check_lease_until = pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds)
    where b.id in (select n.id from next n) returning b.*
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('kind', c.kind, 'source', c.source,
      'object_key', c.object_key, 'bytes', c.bytes, 'sha256', pg_catalog.encode(c.sha256, 'hex'))
      order by c.verified_at nulls first), '[]') into v_claimed
  from claimed c;
  return v_claimed;
end;
$$;
comment on function public.copies_check_claim(integer, integer, integer) is
  'Claims replicas that were not verified for p_share_days for p_seconds, the longest unverified first.';

revoke execute on function public.video_copy_claim(integer, integer), public.video_copy_failed(uuid, uuid, text),
  public.video_copy_status(), public.copies_check_claim(integer, integer, integer) from public, anon, authenticated;
grant execute on function public.video_copy_claim(integer, integer), public.video_copy_failed(uuid, uuid, text),
  public.video_copy_status(), public.copies_check_claim(integer, integer, integer) to service_role;

-- Claims of video transfer entries: the pause, leases, the day's allowance. Decides all races.

create function private.migration_paused() returns boolean
language sql stable set search_path = '' as $$
  select exists (select from public.job_leases j where j.job = 'video_migrator' and j.paused_at is not null);
$$;
comment on function private.migration_paused() is 'Returns true while the video transfer is paused by staff.';

create function public.video_migration_pause(p_paused boolean) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.job_leases as j (job, paused_at)
  values ('video_migrator', case when p_paused then pg_catalog.now() end)
  on conflict (job) do update set paused_at = case when p_paused then coalesce(j.paused_at, excluded.paused_at) end;
  return p_paused;
end;
$$;
comment on function public.video_migration_pause(boolean) is
  'Pauses or resumes the video transfer. A copying run stops after its present chunk and keeps its progress.';

create function private.take_allowance(p_daily_limit integer, p_budget_seconds numeric, p_seconds numeric) returns text
language plpgsql volatile set search_path = '' as $$
begin
  if p_budget_seconds is not null
      and (select coalesce(pg_catalog.sum(d.source_seconds), 0) + p_seconds from public.video_migration_days d)
        > p_budget_seconds then
    return 'budget_spent';
  end if;
  if p_daily_limit > 0 then
    -- The row lock serialises parallel runs; the table's check would refuse one too many.
    insert into public.video_migration_days as d (day, allowed, started, source_seconds)
    values (private.bishkek_day(), p_daily_limit, 1, p_seconds)
    on conflict (day) do update set allowed = p_daily_limit, started = d.started + 1,
      source_seconds = d.source_seconds + excluded.source_seconds
    where d.started < p_daily_limit;
    if found then
      return null;
    end if;
  end if;
  return 'daily_limit';
end;
$$;
comment on function private.take_allowance(integer, numeric, numeric) is
  'Counts one more video against today''s limit and the whole budget (in seconds of video, null for none), or returns '
  'the reason against it.';

create function private.acquire_lease(p_id uuid, p_holder text, p_lease_seconds integer) returns public.video_migrations
language plpgsql volatile set search_path = '' as $$
declare
  v_held public.video_migrations;
begin
  update public.video_migrations m set lease_holder = p_holder,
    lease_until = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds),
    state = case when m.state = 'failed' then m.failed_state when m.state = 'planned' then 'copying' else m.state end,
    failed_state = null, failure_kind = null, next_try_at = null,
    started_on = coalesce(m.started_on, private.bishkek_day())
  where m.id = p_id returning m.* into strict v_held;
  return v_held;
end;
$$;
comment on function private.acquire_lease(uuid, text, integer) is
  'Leases a locked entry to a run; a failed entry continues at its last step.';

create function private.claim_begun(p_holder text, p_lease_seconds integer, p_states text[], p_only text[])
returns public.video_migrations
language plpgsql volatile set search_path = '' as $$
declare
  v_id uuid;
begin
  select m.id into v_id from public.video_migrations m
  where (m.state in ('copying', 'uploaded', 'ready', 'switched') or (m.state = 'failed' and m.failure_kind = 'retryable'))
    and coalesce(m.failed_state, m.state) = any (p_states)
    and coalesce(m.next_try_at, '-infinity') <= pg_catalog.now()
    and (m.lease_until is null or m.lease_until <= pg_catalog.now())
    and (p_only is null or private.is_named(m, p_only))
  order by m.next_try_at nulls first, m.created_at limit 1 for update skip locked;
  return case when v_id is not null then private.acquire_lease(v_id, p_holder, p_lease_seconds) end;
end;
$$;
comment on function private.claim_begun(text, integer, text[], text[]) is
  'Claims a started entry that is due and has no live lease.';

create function private.claim_planned(p_holder text, p_lease_seconds integer, p_daily_limit integer,
  p_budget_seconds numeric, p_only text[]) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_next record;
  v_reason text;
begin
  select m.id, coalesce(m.source_duration_seconds, 0) as seconds into v_next from public.video_migrations m
  where m.state = 'planned' and coalesce(m.next_try_at, '-infinity') <= pg_catalog.now()
    and (p_only is null or private.is_named(m, p_only))
  order by m.created_at, m.id limit 1 for update skip locked;
  v_reason := case when v_next.id is null then 'nothing_planned'
    else private.take_allowance(p_daily_limit, p_budget_seconds, v_next.seconds) end;
  return case when v_reason is not null then pg_catalog.jsonb_build_object('reason', v_reason)
    else pg_catalog.jsonb_build_object('entry',
      private.migration_entry(private.acquire_lease(v_next.id, p_holder, p_lease_seconds))) end;
end;
$$;
comment on function private.claim_planned(text, integer, integer, numeric, text[]) is
  'Starts one more video if today''s limit and the budget allow it.';

create function public.video_migration_claim(p_holder text, p_lease_seconds integer, p_daily_limit integer,
  p_budget_seconds numeric, p_begin boolean, p_only text[]) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claimed public.video_migrations;
begin
  if private.migration_paused() then
    return '{"reason": "paused"}';
  end if;
  v_claimed := private.claim_begun(p_holder, p_lease_seconds, array['ready', 'switched', 'copying'], p_only);
  return case
    when v_claimed.id is not null then pg_catalog.jsonb_build_object('entry', private.migration_entry(v_claimed))
    when p_begin then private.claim_planned(p_holder, p_lease_seconds, p_daily_limit, p_budget_seconds, p_only)
    else '{"reason": "nothing_due"}' end;
end;
$$;
comment on function public.video_migration_claim(text, integer, integer, numeric, boolean, text[]) is
  'Claims the next entry for p_holder and p_lease_seconds: {entry}; started entries come before new ones. Without '
  'p_begin starts nothing new. Else {reason}: paused, nothing_due, nothing_planned, daily_limit, budget_spent.';

create function public.video_migration_claim_uploaded(p_holder text, p_lease_seconds integer, p_limit integer, p_only text[])
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claimed public.video_migrations;
  v_entries jsonb := '[]';
begin
  while not private.migration_paused() and pg_catalog.jsonb_array_length(v_entries) < p_limit loop
    v_claimed := private.claim_begun(p_holder, p_lease_seconds, array['uploaded'], p_only);
    exit when v_claimed.id is null;
    v_entries := v_entries || private.migration_entry(v_claimed);
  end loop;
  return v_entries;
end;
$$;
comment on function public.video_migration_claim_uploaded(text, integer, integer, text[]) is
  'Claims up to p_limit entries whose copy may be ready by now, for one common query to the provider.';

create function public.video_migration_release_lease(p_id uuid, p_holder text, p_seconds integer, p_reason text) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  update public.video_migrations m set lease_holder = null, lease_until = null,
    next_try_at = case when p_seconds > 0 then pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds) end,
    failure_reason = coalesce(pg_catalog.left(p_reason, 1000), m.failure_reason)
  where m.id = p_id and m.lease_holder = p_holder;
  return found;
end;
$$;
comment on function public.video_migration_release_lease(uuid, text, integer, text) is
  'Releases the lease of a healthy entry at the end of the run or a pause of the provider. Becomes due after p_seconds.';

revoke execute on function private.migration_paused(), public.video_migration_pause(boolean),
  private.take_allowance(integer, numeric, numeric), private.acquire_lease(uuid, text, integer),
  private.claim_begun(text, integer, text[], text[]), private.claim_planned(text, integer, integer, numeric, text[]),
  public.video_migration_claim(text, integer, integer, numeric, boolean, text[]),
  public.video_migration_claim_uploaded(text, integer, integer, text[]),
  public.video_migration_release_lease(uuid, text, integer, text) from public, anon, authenticated;
grant execute on function private.migration_paused(), public.video_migration_pause(boolean),
  private.take_allowance(integer, numeric, numeric), private.acquire_lease(uuid, text, integer),
  private.claim_begun(text, integer, text[], text[]), private.claim_planned(text, integer, integer, numeric, text[]),
  public.video_migration_claim(text, integer, integer, numeric, boolean, text[]),
  public.video_migration_claim_uploaded(text, integer, integer, text[]),
  public.video_migration_release_lease(uuid, text, integer, text) to service_role;

-- Overview and audit log of the operations page, idempotent forms, and the pause of jobs.

create function public.audit_page(
  p_operator_id uuid, p_before timestamptz, p_before_id uuid, p_limit integer, p_area text default null,
  p_actor_id uuid default null
) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('entries', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) order by e.created_at desc, e.id desc), '[]') from (
      select l.id, l.action, l.subject_type, l.subject_id, l.details, pg_catalog.host(l.address) as address, l.request_id,
        l.created_at, l.actor_user_id, u.name as actor_name, u.role as actor_role, pg_catalog.right(u.phone, 3) as actor_phone_end
      from public.audit_log l left join public.accounts u on u.id = l.actor_user_id
      where (p_area is null or pg_catalog.starts_with(l.action, p_area || '.'))
        and (p_actor_id is null or l.actor_user_id = p_actor_id)
        and (l.created_at, l.id) < (p_before, p_before_id)
      order by l.created_at desc, l.id desc limit p_limit) as e));
end;
$$;
comment on function public.audit_page(uuid, timestamptz, uuid, integer, text, uuid) is
  'Returns a page of the audit log, newest first, before a position; p_area is the part of the action before its dot. '
  'For administrators. Reasons: forbidden, account_blocked, authentication_required.';

create function private.work_of_moderators() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('open', pg_catalog.count(*),
    'urgent', pg_catalog.count(*) filter (where q.priority in ('urgent', 'high')),
    'escalated', pg_catalog.count(*) filter (where q.status = 'escalated'),
    'oldest', pg_catalog.min(q.submitted_at))
  from public.moderation_queue q join public.listings l on l.id = q.listing_id and l.deleted_at is null
  where q.status in ('pending', 'in_review', 'escalated');
$$;
comment on function private.work_of_moderators() is 'Counts waiting work in the moderation queue.';

create function private.work_of_finance() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'manual_review', (select pg_catalog.count(*) from public.payments p where p.state = 'manual_review'),
    'refunds', (select pg_catalog.count(*) from public.refunds r where r.state in ('requested', 'approved', 'processing')),
    'orphans', (select pg_catalog.count(*) from public.payment_orphans o where o.state = 'open'),
    'today_payments', pg_catalog.count(*), 'today_tyiyn', coalesce(pg_catalog.sum(t.amount_tyiyn), 0))
  from public.payments t
  where t.completed_at >= (pg_catalog.now() at time zone 'Asia/Bishkek')::date::timestamp at time zone 'Asia/Bishkek';
$$;
comment on function private.work_of_finance() is
  'Counts waiting work of finance and the income of this Bishkek day, in tyiyn.';

create function private.state_of_backups() returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'database_at', (select pg_catalog.max(b.finished_at) from public.backup_runs b
      where b.kind in ('database_daily', 'database_weekly') and b.state in ('uploaded', 'verified')),
    'drill_at', (select pg_catalog.max(b.finished_at) from public.backup_runs b
      where b.kind = 'restore_drill' and b.state = 'verified'),
    'failed', (select pg_catalog.count(*) from public.backup_runs b
      where b.state = 'failed' and b.started_at > pg_catalog.now() - interval '7 days'));
$$;
comment on function private.state_of_backups() is
  'Returns the newest good database backup and restore drill, and failures of seven days.';

create function public.operations_overview(p_operator_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
  v_role text := (select u.role from public.accounts u where u.id = p_operator_id);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'alerts', (select coalesce(pg_catalog.jsonb_object_agg(s.severity, s.alerts), '{}') from (
      select r.severity, pg_catalog.count(*) as alerts from public.alerts a join public.alert_rules r on r.id = a.rule_id
      where a.state = 'open' group by r.severity) as s),
    'moderation', case when v_role in ('moderator', 'admin') then private.work_of_moderators() end,
    'finance', case when v_role in ('finance', 'admin') then private.work_of_finance() end,
    'backups', case when v_role = 'admin' then private.state_of_backups() end,
    'jobs', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('job', j.job, 'paused_at', j.paused_at,
        'is_running', coalesce(j.lease_until > pg_catalog.now(), false), 'last_started_at', j.last_started_at,
        'last_succeeded_at', j.last_succeeded_at, 'has_failed', j.last_error is not null,
        'error', case when v_role = 'admin' then j.last_error end) order by j.job), '[]') from public.job_leases j));
end;
$$;
comment on function public.operations_overview(uuid) is
  'Returns open alerts by severity, waiting work of the role, and the timers. For staff. Reasons: forbidden, '
  'account_blocked, authentication_required.';

create function public.backups_overview(p_operator_id uuid, p_limit integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'kinds', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(k) order by k.kind), '[]') from (
      select b.kind, pg_catalog.max(b.finished_at) filter (where b.state in ('uploaded', 'verified')) as last_good_at,
        pg_catalog.max(b.verified_at) as last_verified_at,
        pg_catalog.count(*) filter (where b.started_at > pg_catalog.now() - interval '30 days') as runs,
        pg_catalog.count(*) filter (where b.state = 'failed' and b.started_at > pg_catalog.now() - interval '30 days') as failed
      from public.backup_runs b group by b.kind) as k),
    'runs', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.started_at desc), '[]') from (
      select b.id, b.kind, b.state, b.bytes, b.files, b.object_key, b.failure_reason, b.started_at, b.finished_at,
        b.verified_at, b.keep_until, d.object_key as drilled_object_key
      from public.backup_runs b left join public.backup_runs d on d.id = b.drilled_run_id
      order by b.started_at desc limit p_limit) as r),
    'copies', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) order by c.kind), '[]') from (
      select b.kind, pg_catalog.count(*) as files, coalesce(pg_catalog.sum(b.bytes), 0) as bytes,
        pg_catalog.count(*) filter (where b.verified_at is null) as unverified, pg_catalog.max(b.copied_at) as last_copied_at
      from public.backup_copies b group by b.kind) as c),
    'pictures', public.picture_status(), 'videos', public.video_copy_status());
end;
$$;
comment on function public.backups_overview(uuid, integer) is
  'Returns {kinds with their last good run, the newest runs, replicated files by kind, pictures and videos: see '
  'picture_status and video_copy_status}. For administrators. Reasons: '
  'forbidden, account_blocked, authentication_required.';

create function public.operator_form_once(p_operator_id uuid, p_key uuid) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.idempotency_keys (user_id, scope, key, request_digest, expires_at)
  values (p_operator_id, 'operations.form', p_key::text, pg_catalog.sha256(pg_catalog.uuid_send(p_key)),
          pg_catalog.now() + interval '1 day')
  on conflict do nothing;
  return found;
end;
$$;
comment on function public.operator_form_once(uuid, uuid) is
  'Returns true for the first time that a staff member sends the form with this key, false for every other time.';

create function public.job_switch(p_operator_id uuid, p_job text, p_is_paused boolean, p_address inet, p_request_id text)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
  v_was_paused boolean;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  select j.paused_at is not null into v_was_paused from public.job_leases j where j.job = p_job for no key update;
  if v_was_paused is null then
    return pg_catalog.jsonb_build_object('reason', 'not_found');
  elsif v_was_paused = p_is_paused then
    return pg_catalog.jsonb_build_object('is_changed', false);
  end if;
  update public.job_leases j set
    paused_at = case when p_is_paused then pg_catalog.now() end, paused_by = case when p_is_paused then p_operator_id end
  where j.job = p_job;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, address, request_id)
  values (p_operator_id, case when p_is_paused then 'job.pause' else 'job.resume' end, 'job', p_job, '{}', p_address,
          p_request_id);
  return pg_catalog.jsonb_build_object('is_changed', true);
end;
$$;
comment on function public.job_switch(uuid, text, boolean, inet, text) is
  'Pauses or resumes a job that has run before: {is_changed}. For administrators. A running job stops at its next '
  'step. Reasons: not_found, forbidden, account_blocked, authentication_required.';

revoke execute on function public.audit_page(uuid, timestamptz, uuid, integer, text, uuid),
  private.work_of_moderators(), private.work_of_finance(), private.state_of_backups(),
  public.operations_overview(uuid), public.backups_overview(uuid, integer), public.operator_form_once(uuid, uuid),
  public.job_switch(uuid, text, boolean, inet, text) from public, anon, authenticated;
grant execute on function public.audit_page(uuid, timestamptz, uuid, integer, text, uuid),
  private.work_of_moderators(), private.work_of_finance(), private.state_of_backups(),
  public.operations_overview(uuid), public.backups_overview(uuid, integer), public.operator_form_once(uuid, uuid),
  public.job_switch(uuid, text, boolean, inet, text) to service_role;

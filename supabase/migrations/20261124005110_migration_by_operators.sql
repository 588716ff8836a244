-- The move of videos in the hands of administrators: the same steps as the command line's, with a line in the audit log in
-- the same transaction.

create function public.migration_overview(p_operator_id uuid, p_daily_limit integer, p_days integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return public.video_migration_status(p_daily_limit) || public.video_migration_report(p_days);
end;
$$;
comment on function public.migration_overview(uuid, integer, integer) is
  'For administrators: video_migration_status and video_migration_report in one. Reasons: forbidden, account_blocked, '
  'authentication_required.';

create function public.migration_order(p_operator_id uuid, p_order jsonb, p_address inet, p_request_id text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
  v_action constant text := p_order ->> 'action';
  v_only constant text[] := case when p_order ? 'id' then array[p_order ->> 'id'] end;
  v_done jsonb;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  v_done := case v_action
    when 'pause' then pg_catalog.jsonb_build_object('is_paused', public.video_migration_pause(true))
    when 'resume' then pg_catalog.jsonb_build_object('is_paused', public.video_migration_pause(false))
    when 'retry' then pg_catalog.jsonb_build_object('planned', public.video_migration_retry(v_only))
    when 'rollback' then public.video_migration_rollback(v_only, (p_order ->> 'day')::date, p_order ->> 'why',
      (p_order ->> 'keep_days')::integer, (p_order ->> 'most')::integer) end;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, address, request_id)
  values (p_operator_id, 'migration.' || v_action, 'video_migration', p_order ->> 'id', (p_order - 'action') || v_done,
          p_address, p_request_id);
  if v_action in ('pause', 'resume') then
    update public.job_leases j set paused_by = case v_action when 'pause' then p_operator_id end where j.job = 'video_migrator';
  end if;
  return v_done;
end;
$$;
comment on function public.migration_order(uuid, jsonb, inet, text) is
  'An administrator''s order {action, …}: pause, resume: {is_paused}; retry {id}: {planned}; rollback {id or day, why, '
  'keep_days, most}: as video_migration_rollback. Reasons: forbidden, account_blocked, authentication_required.';

revoke execute on function public.migration_overview(uuid, integer, integer), public.migration_order(uuid, jsonb, inet, text)
  from public, anon, authenticated;
grant execute on function public.migration_overview(uuid, integer, integer), public.migration_order(uuid, jsonb, inet, text)
  to service_role;

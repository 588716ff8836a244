-- Jobs in the hands of administrators, and a payment's next query in those of finance: with a line in the audit log in the
-- same transaction.

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
  'For administrators: pauses or resumes a job that has run before: {is_changed}. A run at work stops at its next step. '
  'Reasons: not_found, forbidden, account_blocked, authentication_required.';

create function public.payment_query_soon(p_operator_id uuid, p_payment_id uuid, p_request_id text)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.payments p set next_check_at = pg_catalog.now()
  where p.id = p_payment_id and exists (
    select from public.payment_attempts a where a.payment_id = p.id and a.provider_ref is not null);
  if not found then
    return pg_catalog.jsonb_build_object('reason', 'not_found');
  end if;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, request_id)
  values (p_operator_id, 'payment.query', 'payment', p_payment_id::text, '{}', p_request_id);
  return '{}';
end;
$$;
comment on function public.payment_query_soon(uuid, uuid, text) is
  'For finance: lets the next run of the reconciler query the bank about a payment. Reasons: not_found (no order at a '
  'bank), forbidden, account_blocked, authentication_required.';

revoke execute on function public.job_switch(uuid, text, boolean, inet, text),
  public.payment_query_soon(uuid, uuid, text) from public, anon, authenticated;
grant execute on function public.job_switch(uuid, text, boolean, inet, text),
  public.payment_query_soon(uuid, uuid, text) to service_role;

-- Giving and withdrawing consent. Written by the backend alone, so that time and address are proof.

create function private.log_consent(
  p_user_id uuid, p_action text, p_versions jsonb, p_details jsonb, p_origin jsonb
) returns void
language sql volatile set search_path = '' as $$
  insert into public.consent_audit_log (user_id, action, versions, details, address, user_agent, request_id)
  values (p_user_id, p_action, p_versions, p_details, (p_origin ->> 'address')::inet,
          pg_catalog.left(p_origin ->> 'user_agent', 512), p_origin ->> 'request_id');
$$;
comment on function private.log_consent(uuid, text, jsonb, jsonb, jsonb) is
  'Appends to the consent log; p_origin is {address, user_agent, request_id}.';

create function public.consent_accept(
  p_user_id uuid, p_versions jsonb, p_marketing boolean, p_notifications boolean, p_origin jsonb
) returns public.user_consents
language plpgsql volatile set search_path = '' as $$
declare
  v_current public.user_consents;
  v_new public.user_consents;
begin
  perform 1 from public.accounts u where u.id = p_user_id for update;
  if not found then
    return null;
  end if;
  select c.* into v_current from public.user_consents c where c.user_id = p_user_id and c.ended_at is null;
  if v_current.terms_version = p_versions ->> 'terms' and v_current.privacy_version = p_versions ->> 'privacy'
    and v_current.processing_version = p_versions ->> 'processing'
    and v_current.marketing_accepted = p_marketing and v_current.notifications_accepted = p_notifications then
    return v_current;
  end if;
  update public.user_consents c set ended_at = pg_catalog.now(), ended_reason = 'replaced' where c.id = v_current.id;
  insert into public.user_consents (user_id, terms_version, privacy_version, processing_version, marketing_accepted,
    notifications_accepted, address, user_agent)
  values (p_user_id, p_versions ->> 'terms', p_versions ->> 'privacy', p_versions ->> 'processing', p_marketing,
    p_notifications, (p_origin ->> 'address')::inet, pg_catalog.left(p_origin ->> 'user_agent', 512))
  returning * into v_new;
  perform private.log_consent(p_user_id, 'accept', p_versions, pg_catalog.jsonb_build_object(
    'marketing', p_marketing, 'notifications', p_notifications), p_origin);
  return v_new;
end;
$$;
comment on function public.consent_accept(uuid, jsonb, boolean, boolean, jsonb) is
  'Records acceptance of the document versions {terms, privacy, processing}; the same acceptance again '
  'changes nothing. Null when there is no such user.';

create function public.consent_revoke(p_user_id uuid, p_choice text, p_reason text, p_origin jsonb) returns public.user_consents
language plpgsql volatile set search_path = '' as $$
declare
  v_current public.user_consents;
begin
  perform 1 from public.accounts u where u.id = p_user_id for update;
  select c.* into v_current from public.user_consents c where c.user_id = p_user_id and c.ended_at is null;
  if v_current.id is null then
    return null;
  end if;
  update public.user_consents c set
    marketing_accepted = c.marketing_accepted and p_choice = 'notifications',
    notifications_accepted = c.notifications_accepted and p_choice = 'marketing',
    ended_at = case when p_choice = 'all' then pg_catalog.now() end,
    ended_reason = case when p_choice = 'all' then 'revoked' end
  where c.id = v_current.id returning c.* into v_current;
  perform private.log_consent(p_user_id, case when p_choice = 'all' then 'revoke' else 'change_choices' end,
    pg_catalog.jsonb_build_object('terms', v_current.terms_version, 'privacy', v_current.privacy_version,
      'processing', v_current.processing_version),
    pg_catalog.jsonb_build_object('choice', p_choice, 'reason', p_reason), p_origin);
  return v_current;
end;
$$;
comment on function public.consent_revoke(uuid, text, text, jsonb) is
  'Withdraws everything (p_choice all) or one optional choice (marketing, notifications); null when nothing was in force.';

revoke execute on function private.log_consent(uuid, text, jsonb, jsonb, jsonb),
  public.consent_accept(uuid, jsonb, boolean, boolean, jsonb), public.consent_revoke(uuid, text, text, jsonb)
  from public, anon, authenticated;
grant execute on function private.log_consent(uuid, text, jsonb, jsonb, jsonb),
  public.consent_accept(uuid, jsonb, boolean, boolean, jsonb), public.consent_revoke(uuid, text, text, jsonb)
  to service_role;

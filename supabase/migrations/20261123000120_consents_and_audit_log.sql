-- Consent as legal proof, and the audit log of staff and backend. Only the backend writes here.

create table public.user_consents (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  terms_version text not null check (char_length(terms_version) between 1 and 40),
  privacy_version text not null check (char_length(privacy_version) between 1 and 40),
  processing_version text not null check (char_length(processing_version) between 1 and 40),
  marketing_accepted boolean not null default false,
  notifications_accepted boolean not null default false,
  address inet,
  user_agent text check (char_length(user_agent) <= 512),
  accepted_at timestamptz not null default now(),
  ended_at timestamptz,
  ended_reason text check (ended_reason in ('replaced', 'revoked')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((ended_at is null) = (ended_reason is null))
);
comment on table public.user_consents is
  'Accepted versions of the three documents, and the two optional choices. A change adds a row and ends the last.';
create unique index user_consents_one_current_idx on public.user_consents (user_id) where ended_at is null;
create index user_consents_user_id_idx on public.user_consents (user_id, accepted_at desc);
create trigger user_consents_touch_updated_at before update on public.user_consents
  for each row execute function private.touch_updated_at();
alter table public.user_consents enable row level security;
grant select on public.user_consents to authenticated;
grant all on public.user_consents to service_role;
create policy user_consents_select_own on public.user_consents for select to authenticated
  using (user_id = (select auth.uid()));

create table public.consent_audit_log (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references public.accounts (id) on delete set null,
  action text not null check (action in ('accept', 'revoke', 'change_choices')),
  versions jsonb not null,
  details jsonb not null default '{}',
  address inet,
  user_agent text,
  request_id text,
  created_at timestamptz not null default now()
);
comment on table public.consent_audit_log is 'Append-only proof of every consent given or withdrawn; outlives the account.';
create index consent_audit_log_user_id_idx on public.consent_audit_log (user_id, created_at desc);
alter table public.consent_audit_log enable row level security;
grant select, insert on public.consent_audit_log to service_role;

create table public.audit_log (
  id uuid primary key default gen_random_uuid(),
  actor_user_id uuid references public.accounts (id) on delete set null,
  action text not null check (char_length(action) between 1 and 100),
  subject_type text not null,
  subject_id text,
  details jsonb not null default '{}',
  address inet,
  request_id text,
  created_at timestamptz not null default now()
);
comment on table public.audit_log is 'Append-only log of security events and of actions of staff.';
create index audit_log_actor_idx on public.audit_log (actor_user_id, created_at desc);
create index audit_log_subject_idx on public.audit_log (subject_type, subject_id, created_at desc);
create index audit_log_created_idx on public.audit_log (created_at desc, id desc);
alter table public.audit_log enable row level security;
grant select, insert on public.audit_log to service_role;

-- Consents and withdrawals. Written by the backend alone, so that time and address are proof.

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
  'Records acceptance of the document versions {terms, privacy, processing}. Idempotent. Returns null for an unknown '
  'user.';

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
  'Withdraws all consent (p_choice all) or one optional choice (marketing, notifications); returns null when nothing '
  'was in force.';

revoke execute on function private.log_consent(uuid, text, jsonb, jsonb, jsonb),
  public.consent_accept(uuid, jsonb, boolean, boolean, jsonb), public.consent_revoke(uuid, text, text, jsonb)
  from public, anon, authenticated;
grant execute on function private.log_consent(uuid, text, jsonb, jsonb, jsonb),
  public.consent_accept(uuid, jsonb, boolean, boolean, jsonb), public.consent_revoke(uuid, text, text, jsonb)
  to service_role;

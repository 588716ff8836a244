-- Consent as legal proof, and the log of what operators and the backend did. Only the backend writes here.

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
comment on table public.user_consents is 'Which versions of the three documents a user accepted, and the two optional choices. A change adds a row and ends the last.';
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
comment on table public.audit_log is 'Append-only log of security events and of what operators did.';
create index audit_log_created_idx on public.audit_log (created_at desc);
create index audit_log_actor_idx on public.audit_log (actor_user_id, created_at desc);
create index audit_log_subject_idx on public.audit_log (subject_type, subject_id, created_at desc);
alter table public.audit_log enable row level security;
grant select, insert on public.audit_log to service_role;

-- E-mail: proofs of addresses, changes that can be undone, the outbox, and the provider's reports (docs/decisions/0143-0145).

create table public.email_verifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  session_id uuid not null references public.auth_sessions (id) on delete cascade,
  address text not null check (private.is_email_address(address)),
  key_id text not null check (char_length(key_id) between 1 and 20),
  nonce text not null check (char_length(nonce) between 16 and 64),
  code_digest bytea not null check (octet_length(code_digest) = 32),
  link_digest bytea not null unique check (octet_length(link_digest) = 32),
  attempts smallint not null default 0 check (attempts between 0 and 3),
  expires_at timestamptz not null,
  used_at timestamptz,
  superseded_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (expires_at > created_at)
);
comment on table public.email_verifications is
  'Pending proof of an address: a code and a link, stored as digests only. Kept for 30 days.';
comment on column public.email_verifications.session_id is 'Requesting session; its end invalidates code and link.';
comment on column public.email_verifications.nonce is 'Input from which the backend derives code and link with a secret that is not in the database.';
create unique index email_verifications_one_live_idx on public.email_verifications (user_id) where used_at is null and superseded_at is null;
create index email_verifications_user_idx on public.email_verifications (user_id, created_at desc);
create index email_verifications_session_idx on public.email_verifications (session_id);
create index email_verifications_created_idx on public.email_verifications (created_at);
create trigger email_verifications_touch_updated_at before update on public.email_verifications
  for each row execute function private.touch_updated_at();
alter table public.email_verifications enable row level security;
grant all on public.email_verifications to service_role;

create table public.email_changes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  old_address text not null check (private.is_email_address(old_address)),
  key_id text not null check (char_length(key_id) between 1 and 20),
  nonce text not null check (char_length(nonce) between 16 and 64),
  undo_digest bytea not null unique check (octet_length(undo_digest) = 32),
  expires_at timestamptz not null,
  undone_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.email_changes is
  'Proved address that was replaced or removed. A link in a mail to it can undo this for a week. Deleted after 30 days.';
create index email_changes_user_idx on public.email_changes (user_id, created_at desc);
create index email_changes_created_idx on public.email_changes (created_at);
create trigger email_changes_touch_updated_at before update on public.email_changes
  for each row execute function private.touch_updated_at();
alter table public.email_changes enable row level security;
grant all on public.email_changes to service_role;

create table public.emails (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  kind text not null check (kind in ('notification', 'verification', 'login_code', 'address_changed')),
  type text not null check (char_length(type) <= 50),
  notification_id uuid unique references public.notifications (id) on delete cascade,
  verification_id uuid unique references public.email_verifications (id) on delete cascade,
  change_id uuid unique references public.email_changes (id) on delete cascade,
  code_id uuid references public.verification_codes (id) on delete cascade,
  address text not null check (private.is_email_address(address)),
  priority smallint not null check (priority between 1 and 9),
  is_resent boolean not null,
  state text not null default 'queued' check (state in
    ('queued', 'claimed', 'accepted', 'delivered', 'bounced', 'complained', 'unknown', 'failed', 'expired', 'suppressed')),
  reason text not null default '' check (char_length(reason) <= 60),
  not_before timestamptz not null default now(),
  expires_at timestamptz not null,
  uncertain smallint not null default 0 check (uncertain between 0 and 2),
  tries smallint not null default 0 check (tries >= 0),
  claim uuid,
  claimed_at timestamptz,
  lease_until timestamptz,
  provider_ref text unique check (char_length(provider_ref) <= 200),
  accepted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(notification_id, verification_id, change_id, code_id) = 1),
  check (kind = case when notification_id is not null then 'notification' when verification_id is not null then 'verification'
    when change_id is not null then 'address_changed' else 'login_code' end)
);
comment on table public.emails is 'E-mail to one address, from the queue to its outcome; its text is composed on sending. Kept for 30 days.';
comment on column public.emails.type is 'Type of the notification, else the kind.';
comment on column public.emails.state is
  'accepted: by the provider. unknown: perhaps sent, never again. suppressed: no longer wanted or allowed when it became due.';
comment on column public.emails.uncertain is 'Sends that may have reached the mailbox: at most two where is_resent, else one.';
comment on column public.emails.provider_ref is 'Message id at the provider, which identifies its reports.';
create index emails_due_idx on public.emails (priority, not_before) where state = 'queued';
create index emails_lease_idx on public.emails (lease_until) where state = 'claimed';
create index emails_user_idx on public.emails (user_id);
create index emails_code_idx on public.emails (code_id);
create index emails_created_idx on public.emails (created_at);
create trigger emails_touch_updated_at before update on public.emails
  for each row execute function private.touch_updated_at();
alter table public.emails enable row level security;
grant all on public.emails to service_role;

create table public.email_events (
  id uuid primary key default gen_random_uuid(),
  event_id text not null unique check (char_length(event_id) between 1 and 200),
  email_id uuid references public.emails (id) on delete cascade,
  provider_ref text not null check (char_length(provider_ref) between 1 and 200),
  kind text not null check (kind in ('delivery', 'bounce', 'complaint')),
  is_permanent boolean not null default false,
  code text not null default '' check (char_length(code) <= 60),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.email_events is
  'Report of the provider about a mail, once each. One received before the mail''s own id waits here without email_id. Kept for 30 days.';
create index email_events_email_idx on public.email_events (email_id);
create index email_events_waiting_idx on public.email_events (provider_ref) where email_id is null;
create index email_events_created_idx on public.email_events (created_at);
create trigger email_events_touch_updated_at before update on public.email_events
  for each row execute function private.touch_updated_at();
alter table public.email_events enable row level security;
grant all on public.email_events to service_role;

create table public.email_stops (
  id uuid primary key default gen_random_uuid(),
  address_digest bytea not null unique check (octet_length(address_digest) = 32),
  reason text check (reason in ('bounced', 'complained')),
  stopped_at timestamptz,
  transient_bounces integer not null default 0 check (transient_bounces >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((reason is null) = (stopped_at is null))
);
comment on table public.email_stops is
  'Address, as a digest, that receives no more mail; or, without a reason, one with temporary bounces. Outlives accounts: a mailbox '
  'with a complaint never receives mail again.';
create trigger email_stops_touch_updated_at before update on public.email_stops
  for each row execute function private.touch_updated_at();
alter table public.email_stops enable row level security;
grant all on public.email_stops to service_role;

create function private.email_digest(p_address text) returns bytea
language sql immutable set search_path = '' as $$
  select pg_catalog.sha256(pg_catalog.convert_to('email|' || pg_catalog.lower(p_address), 'UTF8'));
$$;
comment on function private.email_digest(text) is 'Returns the digest of an address in stops and limits.';

create function private.mailbox_digest(p_address text) returns bytea
language sql immutable set search_path = '' as $$
  select private.email_digest(case when p_address ~ '@(gmail|googlemail)[.]com$'
    then pg_catalog.replace(pg_catalog.split_part(pg_catalog.split_part(p_address, '@', 1), '+', 1), '.', '') || '@gmail.com'
    else pg_catalog.regexp_replace(p_address, '^([^+@]+)[+][^@]*@', '\1@') end);
$$;
comment on function private.mailbox_digest(text) is
  'Returns the digest of the mailbox behind an address: what follows a plus sign, and at Gmail dots, make other addresses of one mailbox.';

create function private.email_stop(p_address text) returns text
language sql stable set search_path = '' as $$
  select s.reason from public.email_stops s where s.address_digest = private.email_digest(p_address);
$$;
comment on function private.email_stop(text) is 'Returns the reason of a stop of mail to an address: bounced or complained; else null.';

create function private.guard_email_address() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_is_proved constant boolean := case new.kind
    when 'verification' then exists (select from public.email_verifications v
      where v.id = new.verification_id and v.user_id = new.user_id and v.address = new.address)
    when 'address_changed' then exists (select from public.email_changes c
      where c.id = new.change_id and c.user_id = new.user_id and c.old_address = new.address)
    else exists (select from public.accounts u where u.id = new.user_id and u.email = new.address) end;
begin
  if not v_is_proved then
    raise exception 'an e-mail goes to a proved address of its user' using errcode = '23514';
  end if;
  return new;
end;
$$;
comment on function private.guard_email_address() is
  'Trigger: allows only the verification itself for an unproved address.';
create trigger emails_guard_address before insert or update of user_id, kind, address, verification_id, change_id on public.emails
  for each row execute function private.guard_email_address();

revoke execute on function private.guard_email_address() from public, anon, authenticated;
revoke execute on function private.email_digest(text), private.mailbox_digest(text), private.email_stop(text) from public, anon, authenticated;
grant execute on function private.email_digest(text), private.mailbox_digest(text), private.email_stop(text) to service_role;

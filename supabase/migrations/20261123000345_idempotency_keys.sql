-- Idempotency keys: a repeated request is executed once.

create table public.idempotency_keys (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references public.accounts (id) on delete cascade,
  scope text not null check (char_length(scope) between 1 and 100),
  key text not null check (char_length(key) between 1 and 255),
  request_digest bytea not null check (octet_length(request_digest) = 32),
  state text not null default 'started' check (state in ('started', 'finished')),
  response_status smallint check (response_status between 200 and 599),
  response_body jsonb,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, scope, key),
  check ((state = 'finished') = (response_status is not null))
);
comment on table public.idempotency_keys is
  'Result of a create, kept so that a repeat returns it instead of a second row.';
comment on column public.idempotency_keys.scope is
  'Operation, such as listings.create: one key may serve two operations.';
comment on column public.idempotency_keys.request_digest is 'SHA-256 of the body: the same key with another body is refused.';
create index idempotency_keys_expires_idx on public.idempotency_keys (expires_at);
create trigger idempotency_keys_touch_updated_at before update on public.idempotency_keys
  for each row execute function private.touch_updated_at();
alter table public.idempotency_keys enable row level security;
grant all on public.idempotency_keys to service_role;

"""Week of logins, so that a login is measured on tables as they are in use, with plans that know their sizes."""

PAST_LOGINS = """
with people as (
  insert into public.accounts (phone)
  select '+996700' || lpad(n::text, 6, '0') from generate_series(1, %(logins)s::int) as n
  returning id, phone
), sessions as (
  insert into public.auth_sessions (user_id, address, platform, user_agent, expires_at, created_at)
  select p.id, ('10.' || 200 + mod(hash, 50) || '.' || mod(hash, 250) || '.9')::inet, 'android', 'okhttp/4.12',
    now() + interval '30 days', now() - make_interval(mins => 20 + mod(hash, 10000))
  from people p, abs(hashtext(p.phone)) as hash
  returning id, user_id, address, created_at
), codes as (
  insert into public.verification_codes (phone, key_id, nonce, code_digest, code_length, attempts, requested_addresses,
    expires_at, created_at, used_at, used_address, session_id)
  select p.phone, 'k1', 'n', sha256(p.phone::bytea), 6, 1, array[s.address], s.created_at + interval '10 minutes',
    s.created_at, s.created_at + interval '20 seconds', s.address, s.id
  from people p join sessions s on s.user_id = p.id
  returning id, phone, used_address, created_at
), messages as (
  insert into public.sms_messages (purpose, caller, verification_code_id, phone, address, state, supplier,
    supplier_message_id, parts, cost_tyiyn, accepted_at, final_at, created_at)
  select 'login', 'new', c.id, c.phone, c.used_address, 'delivered', 'nikita', c.id::text, 1, 200, c.created_at,
    c.created_at, c.created_at
  from codes c
  returning id, phone, address, created_at
), attempts as (
  insert into public.sms_attempts (sms_message_id, position, supplier, supplier_message_id, outcome, duration_ms,
    created_at)
  select m.id, 0, 'nikita', m.id::text, 'accepted', 90, m.created_at from messages m
)
insert into public.sms_limit_hits (sms_message_id, limit_key, is_used, created_at)
select m.id, k.key, true, m.created_at
from messages m cross join lateral (values ('phone:' || m.phone), ('pair:' || host(m.address) || '|' || m.phone),
  ('address:' || host(m.address)), ('network:' || network(set_masklen(m.address, 24))),
  ('network:' || network(set_masklen(m.address, 16))), ('block:' || left(m.phone, -4))) as k (key)
"""

-- What became of an SMS after a supplier took it: delivery reports, the operator of the number, balances; and single
-- messages that operators send. A report moves a message forward only, and never back from a final state.

alter table public.sms_messages
  add column sent_by uuid references public.accounts (id) on delete set null,
  add column template text check (char_length(template) <= 50),
  add column report_code text check (char_length(report_code) <= 20),
  add column report_asks smallint not null default 0 check (report_asks >= 0),
  add column report_asked_at timestamptz,
  add column next_report_at timestamptz;
comment on column public.sms_messages.sent_by is 'The operator who sent it by hand.';
comment on column public.sms_messages.report_code is 'The supplier''s own word about the delivery, for operators; never shown to users.';
comment on column public.sms_messages.next_report_at is
  'When the supplier is asked again what became of it; null when all is known or nobody will ever tell.';
create index sms_messages_sent_by_idx on public.sms_messages (sent_by);
create index sms_messages_supplier_message_idx on public.sms_messages (supplier, supplier_message_id);
create index sms_messages_next_report_idx on public.sms_messages (next_report_at) where state = 'accepted';

create function private.expect_sms_report() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.state = 'accepted' and old.state <> 'accepted' and new.supplier_message_id is not null then
    new.next_report_at := pg_catalog.clock_timestamp() + interval '30 seconds';
  elsif new.state <> 'accepted' then
    new.next_report_at := null;
  end if;
  return new;
end;
$$;
comment on function private.expect_sms_report() is
  'Trigger: an accepted message is asked about after 30 seconds, unless its supplier has told before.';
create trigger sms_messages_expect_report before update of state on public.sms_messages
  for each row execute function private.expect_sms_report();
update public.sms_messages set next_report_at = now()
where state = 'accepted' and supplier_message_id is not null and created_at > now() - interval '1 day';

create table public.phone_operators (
  id uuid primary key default gen_random_uuid(),
  prefix text not null unique check (prefix ~ '^[0-9]{2,4}$'),
  operator text not null check (char_length(operator) between 1 and 50),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.phone_operators is
  'Which operator a Kyrgyz number belongs to, by its digits after +996; the longest prefix wins. No number portability is known.';
create trigger phone_operators_touch_updated_at before update on public.phone_operators
  for each row execute function private.touch_updated_at();
alter table public.phone_operators enable row level security;
grant all on public.phone_operators to service_role;
insert into public.phone_operators (prefix, operator) values
  ('50', 'O!'), ('70', 'O!'), ('22', 'Beeline'), ('600', 'Beeline'), ('77', 'Beeline'),
  ('55', 'MegaCom'), ('755', 'MegaCom'), ('88', 'MegaCom'), ('99', 'MegaCom');

create function private.phone_operator(p_phone text) returns text
language sql stable set search_path = '' as $$
  select coalesce((
    select o.operator from public.phone_operators o
    where pg_catalog.starts_with(pg_catalog.substr(p_phone, 5), o.prefix)
    order by pg_catalog.length(o.prefix) desc limit 1), 'other');
$$;
comment on function private.phone_operator(text) is 'The operator of a number in E.164; other when its prefix is in no list.';

alter table public.supplier_balances add column price_tyiyn bigint check (price_tyiyn >= 0);
comment on column public.supplier_balances.price_tyiyn is 'Price of one SMS part in tyiyn as the supplier told it; null where it does not.';

create function private.operator_refusal(p_operator_id uuid, p_roles text[]) returns text
language sql stable set search_path = '' as $$
  select case when u.id is null then 'authentication_required' when u.is_blocked then 'account_blocked'
    when not u.role = any (p_roles) then 'forbidden' end
  from (select p_operator_id as id) as asked left join public.accounts u on u.id = asked.id;
$$;
comment on function private.operator_refusal(uuid, text[]) is 'Why this person may not act as an operator with one of the roles; null when he may.';

create function private.record_sms_delivery(
  p_sms_id uuid, p_state text, p_supplier text, p_supplier_message_id text, p_parts integer, p_cost_tyiyn bigint,
  p_attempts jsonb
) returns bigint
language plpgsql volatile set search_path = '' as $$
declare
  v_reserved bigint;
begin
  select m.cost_tyiyn into v_reserved from public.sms_messages m
  where m.id = p_sms_id and m.state = 'reserved' for update;
  if not found then
    return null;
  end if;
  update public.sms_messages m set state = p_state, supplier = p_supplier, supplier_message_id = p_supplier_message_id,
    parts = p_parts, cost_tyiyn = coalesce(p_cost_tyiyn, v_reserved),
    accepted_at = case when p_state = 'accepted' then pg_catalog.clock_timestamp() end
  where m.id = p_sms_id;
  insert into public.sms_attempts
    (sms_message_id, position, supplier, supplier_message_id, outcome, supplier_code, duration_ms)
  select p_sms_id, a.position, a.supplier, a.supplier_message_id, a.outcome, a.supplier_code, a.duration_ms
  from pg_catalog.jsonb_to_recordset(p_attempts)
    as a(position smallint, supplier text, supplier_message_id text, outcome text, supplier_code text, duration_ms integer);
  perform private.update_sms_circuits(p_attempts);
  return v_reserved;
end;
$$;
comment on function private.record_sms_delivery(uuid, text, text, text, integer, bigint, jsonb) is
  'Writes what became of a reserved SMS and its attempts, and returns the tyiyn that were reserved for it; null, and no '
  'change, when that was written before.';

create or replace function public.login_record_sms(
  p_sms_id uuid, p_state text, p_supplier text, p_supplier_message_id text, p_parts integer, p_cost_tyiyn bigint,
  p_attempts jsonb
) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_reserved bigint := private.record_sms_delivery(
    p_sms_id, p_state, p_supplier, p_supplier_message_id, p_parts, p_cost_tyiyn, p_attempts);
begin
  if v_reserved is null then
    return;
  end if;
  if p_state = 'released' then
    delete from public.sms_limit_hits h where h.sms_message_id = p_sms_id and h.limit_key not like 'pair:%';
  end if;
  perform private.settle_spending(p_sms_id, v_reserved, coalesce(p_cost_tyiyn, v_reserved));
end;
$$;

create function public.sms_record(
  p_sms_id uuid, p_state text, p_supplier text, p_supplier_message_id text, p_parts integer, p_cost_tyiyn bigint,
  p_attempts jsonb
) returns void
language sql volatile set search_path = '' as $$
  select private.record_sms_delivery(
    p_sms_id, p_state, p_supplier, p_supplier_message_id, p_parts, p_cost_tyiyn, p_attempts);
$$;
comment on function public.sms_record(uuid, text, text, text, integer, bigint, jsonb) is
  'Records what became of an SMS of an operator or an alert (state accepted or released), its attempts and its cost in '
  'tyiyn (null: as reserved). It does not touch the budget of login SMS. A second call changes nothing.';

create function public.sms_reserve_by_operator(
  p_sms_id uuid, p_operator_id uuid, p_phone text, p_template text, p_address inet, p_request_id text,
  p_cost_tyiyn bigint, p_per_phone_hour integer, p_per_operator_day integer
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
  v_known public.sms_messages;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  perform private.lock_for_login('operator:' || p_operator_id), private.lock_for_login('sms-to:' || p_phone);
  select m.* into v_known from public.sms_messages m where m.id = p_sms_id;
  if found then
    return case when v_known.phone = p_phone and v_known.template = p_template
      then pg_catalog.jsonb_build_object('sms_id', p_sms_id, 'state', v_known.state)
      else '{"reason": "idempotency_key_reused"}' end;
  end if;
  if (select count(*) from public.sms_messages m where m.phone = p_phone and m.purpose = 'operator'
        and m.state <> 'released' and m.created_at > pg_catalog.now() - interval '1 hour') >= p_per_phone_hour
    or (select count(*) from public.sms_messages m where m.sent_by = p_operator_id
        and m.created_at > pg_catalog.now() - interval '1 day') >= p_per_operator_day then
    return '{"reason": "sms_operator_limit"}';
  end if;
  insert into public.sms_messages (id, purpose, phone, address, cost_tyiyn, request_id, sent_by, template)
  values (p_sms_id, 'operator', p_phone, p_address, p_cost_tyiyn, p_request_id, p_operator_id, p_template);
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, address, request_id)
  values (p_operator_id, 'sms.send', 'sms_message', p_sms_id::text,
          pg_catalog.jsonb_build_object('template', p_template), p_address, p_request_id);
  return pg_catalog.jsonb_build_object('sms_id', p_sms_id, 'open_circuits', (
    select coalesce(pg_catalog.jsonb_agg(s.supplier), '[]') from public.sms_circuits s
    where s.open_until > pg_catalog.now()));
end;
$$;
comment on function public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer) is
  'Allows an operator one SMS by template: {sms_id, open_circuits}, or {sms_id, state} when this id was reserved before. '
  'Reasons: sms_operator_limit, idempotency_key_reused, forbidden, account_blocked, authentication_required.';

revoke execute on function private.expect_sms_report(), private.phone_operator(text),
  private.operator_refusal(uuid, text[]),
  private.record_sms_delivery(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_record(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer)
  from public, anon, authenticated;
grant execute on function private.phone_operator(text), private.operator_refusal(uuid, text[]),
  private.record_sms_delivery(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_record(uuid, text, text, text, integer, bigint, jsonb),
  public.sms_reserve_by_operator(uuid, uuid, text, text, inet, text, bigint, integer, integer)
  to service_role;

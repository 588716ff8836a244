-- Outbox of e-mails: queued with the notification, checked again when due, settled by type (docs/decisions/0144).

create function private.queue_emails() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.emails (user_id, kind, type, notification_id, address, priority, is_resent, expires_at)
  select n.user_id, 'notification', n.type, n.id, u.email, t.priority, t.is_resent,
    pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => greatest(t.life_seconds, 86400))
  from told n
  join public.notification_types t on t.code = n.type
  join public.accounts u on u.id = n.user_id and u.email is not null and not u.is_blocked
  where n.may_push and (t.is_security or private.wants(n.user_id, n.type, 'email'))
  on conflict (notification_id) do nothing;
  return null;
end;
$$;
comment on function private.queue_emails() is
  'Trigger per statement: queues an e-mail of each new notification whose user has a proved address and the type switched on for e-mail.';
create trigger notifications_queue_emails after insert on public.notifications referencing new table as told
  for each statement execute function private.queue_emails();

create function private.email_refusal(p_email public.emails) returns text
language plpgsql stable set search_path = '' as $$
declare
  v_stop constant text := private.email_stop(p_email.address);
  v_notification public.notifications;
begin
  if p_email.expires_at <= pg_catalog.clock_timestamp() then
    return 'expired';
  elsif exists (select from public.accounts u where u.id = p_email.user_id and u.is_blocked) then
    return 'blocked';
  elsif p_email.kind = 'verification' then
    -- A mailbox with a complaint gets one verification a month at most, one that bounced one a day.
    return case when not exists (select from public.email_verifications v where v.id = p_email.verification_id
        and v.address = p_email.address and v.used_at is null and v.superseded_at is null) then 'superseded'
      when exists (select from public.email_stops s where s.address_digest = private.email_digest(p_email.address) and s.stopped_at
        > pg_catalog.clock_timestamp() - case s.reason when 'complained' then interval '30 days' else interval '1 day' end) then v_stop end;
  elsif v_stop is not null then
    return v_stop;
  elsif p_email.kind = 'address_changed' then
    return case when not exists (select from public.email_changes c where c.id = p_email.change_id
      and c.old_address = p_email.address and c.undone_at is null) then 'superseded' end;
  elsif not exists (select from public.accounts u where u.id = p_email.user_id and u.email = p_email.address) then
    return 'address_changed';
  elsif p_email.kind = 'login_code' then
    return case when not exists (select from public.verification_codes c where c.id = p_email.code_id and c.used_at is null
      and c.superseded_at is null and c.attempts < c.tries and c.expires_at > pg_catalog.clock_timestamp()) then 'superseded' end;
  end if;
  select n.* into v_notification from public.notifications n where n.id = p_email.notification_id;
  return case when not private.wants(p_email.user_id, p_email.type, 'email')
      and not exists (select from public.notification_types t where t.code = p_email.type and t.is_security) then 'unwanted'
    else private.subject_is_gone(v_notification) end;
end;
$$;
comment on function private.email_refusal(public.emails) is
  'Returns the reason for not sending a due e-mail, else null: expired, stopped, address no longer its user''s, unsubscribed.';

create function private.email_message(p_email public.emails) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', p_email.id, 'kind', p_email.kind, 'type', p_email.type, 'user_id', p_email.user_id,
    'address', p_email.address, 'language', u.language, 'phone_end', pg_catalog.right(u.phone, 2),
    'is_security', p_email.kind <> 'notification' or coalesce(t.is_security, false), 'title', n.title, 'message', n.message,
    'action_url', n.action_url, 'created_at', p_email.created_at,
    'proof', case when v.id is not null then pg_catalog.jsonb_build_object('id', v.id, 'key_id', v.key_id, 'nonce', v.nonce)
      when c.id is not null then pg_catalog.jsonb_build_object('id', c.id, 'key_id', c.key_id, 'nonce', c.nonce)
      when l.id is not null then pg_catalog.jsonb_build_object('phone', l.phone, 'key_id', l.key_id, 'nonce', l.nonce, 'length', l.code_length) end)
  from public.accounts u
  left join public.notifications n on n.id = p_email.notification_id
  left join public.notification_types t on t.code = n.type
  left join public.email_verifications v on v.id = p_email.verification_id
  left join public.email_changes c on c.id = p_email.change_id
  left join public.verification_codes l on l.id = p_email.code_id
  where u.id = p_email.user_id;
$$;
comment on function private.email_message(public.emails) is
  'Returns the content of a mail. Codes and links are derived by the sender from proof; none is in the database.';

create function private.due_emails(p_limit integer) returns uuid[]
language plpgsql volatile set search_path = '' as $$
declare
  v_ids uuid[];
begin
  select coalesce(pg_catalog.array_agg(d.id), '{}') into v_ids from (
    select m.id from public.emails m where m.state = 'queued' and m.not_before <= pg_catalog.clock_timestamp()
    order by m.priority, m.not_before limit p_limit for update skip locked) as d;
  return v_ids;
end;
$$;
comment on function private.due_emails(integer) is 'Locks due e-mails, the most urgent first, and returns their ids.';

create function public.emails_claim(p_limit integer, p_lease_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claim constant uuid := pg_catalog.gen_random_uuid();
  v_ids uuid[];
begin
  update public.emails m set state = case when m.is_resent and m.uncertain < 2 then 'queued' else 'unknown' end,
    reason = 'lease_ended', not_before = pg_catalog.clock_timestamp(), lease_until = null
  where m.id in (select x.id from public.emails x where x.state = 'claimed' and x.lease_until < pg_catalog.clock_timestamp()
    limit 1000 for update skip locked);
  v_ids := private.due_emails(p_limit);
  update public.emails m set
    state = case when r.refusal is null then 'claimed' when r.refusal = 'expired' then 'expired' else 'suppressed' end,
    reason = case when r.refusal is null or r.refusal = 'expired' then '' else r.refusal end, claim = v_claim,
    claimed_at = case when r.refusal is null then pg_catalog.clock_timestamp() else m.claimed_at end,
    lease_until = case when r.refusal is null then pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_lease_seconds) end,
    uncertain = m.uncertain + (r.refusal is null)::integer, tries = m.tries + (r.refusal is null)::integer
  from (select x.id, private.email_refusal(x) as refusal from public.emails x where x.id = any (v_ids)) as r
  where m.id = r.id;
  return pg_catalog.jsonb_build_object('claim', v_claim, 'due', pg_catalog.cardinality(v_ids), 'messages', (
    select coalesce(pg_catalog.jsonb_agg(private.email_message(m) order by m.priority, m.created_at, m.id), '[]')
    from public.emails m where m.id = any (v_ids) and m.claim = v_claim and m.state = 'claimed'));
end;
$$;
comment on function public.emails_claim(integer, integer) is
  'Claims up to p_limit due e-mails, each for one caller for p_lease_seconds: {claim, messages, due}. Settles those that are '
  'no longer wanted or allowed. Committed before anything is sent: leftovers of a killed caller count as perhaps sent.';

create function public.emails_record(p_claim uuid, p_results jsonb) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_recorded integer;
begin
  update public.emails m set
    state = case r.outcome when 'accepted' then 'accepted' when 'refused' then 'failed'
      when 'unknown' then case when m.is_resent and m.uncertain < 2 then 'queued' else 'unknown' end else 'queued' end,
    reason = coalesce(pg_catalog.left(r.code, 60), ''), lease_until = null,
    -- Only a mail that may have reached the mailbox counts; one that did not waits until it expires.
    uncertain = greatest(m.uncertain - (r.outcome in ('later', 'refused'))::integer, 0),
    not_before = pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => coalesce(r.seconds, 0)),
    -- A provider that gives two mails one id would stop the sender: the second stays without.
    provider_ref = case when not exists (select from public.emails o where o.provider_ref = r.provider_ref and o.id <> r.id)
      then coalesce(r.provider_ref, m.provider_ref) else m.provider_ref end,
    accepted_at = case r.outcome when 'accepted' then pg_catalog.clock_timestamp() else m.accepted_at end
  from pg_catalog.jsonb_to_recordset(p_results) as r (id uuid, outcome text, code text, provider_ref text, seconds double precision)
  where m.id = r.id and m.claim = p_claim
    and (m.state = 'claimed' or (m.state in ('unknown', 'queued') and m.reason = 'lease_ended' and r.outcome = 'accepted'));
  get diagnostics v_recorded = row_count;
  -- Reports received before the answer of the send call.
  perform private.apply_email_event(e, m.id) from public.email_events e
  join public.emails m on m.provider_ref = e.provider_ref
  where e.email_id is null and e.provider_ref in (
    select r.provider_ref from pg_catalog.jsonb_to_recordset(p_results) as r (provider_ref text));
  return v_recorded;
end;
$$;
comment on function public.emails_record(uuid, jsonb) is
  'Records results [{id, outcome, code, provider_ref, seconds}]. accepted: with its reference there. refused: our defect, or an address that the '
  'provider refuses. later: certainly not sent, again after seconds. unknown: perhaps sent; sent once more if the type allows it. '
  'Returns the number of applied ones.';

revoke execute on function private.queue_emails() from public, anon, authenticated;
revoke execute on function private.email_refusal(public.emails), private.email_message(public.emails), private.due_emails(integer),
  public.emails_claim(integer, integer), public.emails_record(uuid, jsonb) from public, anon, authenticated;
grant execute on function private.email_refusal(public.emails), private.email_message(public.emails), private.due_emails(integer),
  public.emails_claim(integer, integer), public.emails_record(uuid, jsonb) to service_role;

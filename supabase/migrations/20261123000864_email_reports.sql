-- Reports of the provider: deliveries, bounces and complaints; stopped addresses; metrics (docs/decisions/0144).

create function private.stop_email_address(p_address text, p_reason text) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_user_id uuid;
begin
  insert into public.email_stops as s (address_digest, reason, stopped_at)
  values (private.email_digest(p_address), p_reason, pg_catalog.clock_timestamp())
  -- A complaint replaces a bounce.
  on conflict (address_digest) do update set stopped_at = excluded.stopped_at,
    reason = case when s.reason = 'complained' then s.reason else excluded.reason end;
  select u.id into v_user_id from public.accounts u where u.email = p_address;
  if v_user_id is not null then
    perform private.enqueue_notification(v_user_id, 'email_stopped',
      'email_stopped:' || pg_catalog.encode(private.email_digest(p_address), 'hex') || ':' || private.bishkek_day(), '{}');
  end if;
end;
$$;
comment on function private.stop_email_address(text, text) is
  'Stops mail to an address, and notifies its account, once a day.';

create function private.apply_email_event(p_event public.email_events, p_email_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_email public.emails;
begin
  update public.email_events e set email_id = p_email_id where e.id = p_event.id and e.email_id is null;
  if not found then
    return;
  end if;
  update public.emails m set
    state = case p_event.kind when 'complaint' then 'complained' when 'bounce' then 'bounced' else 'delivered' end,
    reason = p_event.code, provider_ref = coalesce(m.provider_ref, p_event.provider_ref), lease_until = null
  where m.id = p_email_id and (p_event.kind = 'complaint' or (p_event.kind = 'bounce' and m.state <> 'complained')
    or m.state in ('claimed', 'accepted', 'unknown') or (m.state = 'queued' and m.uncertain > 0));
  select m.* into v_email from public.emails m where m.id = p_email_id;
  if p_event.kind = 'complaint' or p_event.kind = 'bounce' and p_event.is_permanent then
    perform private.stop_email_address(v_email.address, case p_event.kind when 'complaint' then 'complained' else 'bounced' end);
  elsif p_event.kind = 'bounce' then
    insert into public.email_stops as s (address_digest, transient_bounces) values (private.email_digest(v_email.address), 1)
    on conflict (address_digest) do update set transient_bounces = s.transient_bounces + 1;
  else
    update public.email_stops s set transient_bounces = 0
    where s.address_digest = private.email_digest(v_email.address) and s.transient_bounces > 0;
  end if;
end;
$$;
comment on function private.apply_email_event(public.email_events, uuid) is
  'Applies a report to its mail, once. The address is that of the mail, not of the report. A permanent bounce and a complaint stop it; '
  'temporary bounces are counted until a delivery.';

create function public.email_events_record(p_events jsonb) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_event public.email_events;
  v_email_id uuid;
  v_applied integer := 0;
begin
  for v_event in
    insert into public.email_events (event_id, provider_ref, kind, is_permanent, code)
    select r.event_id, r.provider_ref, r.kind, r.is_permanent, pg_catalog.left(coalesce(r.code, ''), 60)
    from pg_catalog.jsonb_to_recordset(p_events) as r (event_id text, provider_ref text, kind text, is_permanent boolean, code text)
    order by r.event_id
    on conflict (event_id) do nothing returning *
  loop
    select m.id into v_email_id from public.emails m where m.provider_ref = v_event.provider_ref or m.id = (
      select private.as_uuid(r.email_id) from pg_catalog.jsonb_to_recordset(p_events) as r (event_id text, email_id text)
      where r.event_id = v_event.event_id limit 1)
    order by (m.provider_ref = v_event.provider_ref) is true desc limit 1;
    if v_email_id is not null then
      perform private.apply_email_event(v_event, v_email_id);
      v_applied := v_applied + 1;
    end if;
  end loop;
  return v_applied;
end;
$$;
comment on function public.email_events_record(jsonb) is
  'Records reports [{event_id, provider_ref, email_id, kind: delivery, bounce or complaint, is_permanent, code}], each once, and applies them to the '
  'mail of the reference, or of our id; a report of an unrecorded mail waits. Returns the number of applied ones.';

create function private.email_metrics() returns table (metric text, subject text, value numeric, weak boolean)
language sql stable set search_path = '' as $$
  select f.metric, '', round(100.0 * f.hits / s.sent, 2), s.sent < 200
  from (select count(*) as sent, count(*) filter (where m.state = 'bounced') as bounced,
      count(*) filter (where m.state = 'complained') as complained
    from public.emails m where m.created_at > pg_catalog.now() - interval '7 days' and m.state in ('accepted', 'delivered', 'bounced', 'complained')) as s
  cross join lateral (values ('email_bounce_share', s.bounced), ('email_complaint_share', s.complained)) as f (metric, hits)
  where s.sent > 0
  union all
  select 'email_queue_age', '', coalesce(round((extract(epoch from pg_catalog.clock_timestamp() - min(m.created_at)) / 60)::numeric, 1), 0), false
  from public.emails m where m.state = 'queued';
$$;
comment on function private.email_metrics() is
  'Returns bounces and complaints in percent of the mails of a week (weak below 200), and minutes for which the oldest mail has waited.';

create function public.email_status(p_operator_id uuid, p_days integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'days', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) order by d.day desc, d.type), '[]') from (
        select (m.created_at at time zone 'Asia/Bishkek')::date as day, m.type, count(*) filter (where m.uncertain > 0) as sent,
          count(*) filter (where m.state = 'delivered') as delivered, count(*) filter (where m.state = 'bounced') as bounced,
          count(*) filter (where m.state = 'complained') as complained, count(*) filter (where m.state = 'unknown') as unknown,
          count(*) filter (where m.state = 'failed') as failed, count(*) filter (where m.state in ('suppressed', 'expired')) as suppressed
        from public.emails m where m.created_at > private.day_start(private.bishkek_day() - p_days + 1) group by 1, 2) as d),
    'due', (select count(*) from public.emails m where m.state = 'queued'),
    'addresses', (select count(*) from public.accounts u where u.email is not null),
    'stopped', (select count(*) from public.email_stops s where s.reason is not null),
    'complained', (select count(*) from public.email_stops s where s.reason = 'complained'));
end;
$$;
comment on function public.email_status(uuid, integer) is
  'Returns the state of e-mails {days: by Bishkek day and type, due, addresses, stopped, complained}; no address. For staff. Reasons: forbidden, '
  'account_blocked, authentication_required.';

create function private.sweep_emails(p_limit integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
begin
  delete from public.emails m where m.id in (select x.id from public.emails x
    where x.created_at < pg_catalog.now() - interval '30 days' limit p_limit for update skip locked);
  kind := 'emails'; get diagnostics removed = row_count; return next;
  delete from public.email_verifications v where v.id in (select x.id from public.email_verifications x
    where x.created_at < pg_catalog.now() - interval '30 days' limit p_limit for update skip locked);
  kind := 'email_verifications'; get diagnostics removed = row_count; return next;
  delete from public.email_changes c where c.id in (select x.id from public.email_changes x
    where x.created_at < pg_catalog.now() - interval '31 days' limit p_limit for update skip locked);
  kind := 'email_changes'; get diagnostics removed = row_count; return next;
  delete from public.email_events e where e.id in (select x.id from public.email_events x
    where x.created_at < pg_catalog.now() - interval '30 days' limit p_limit);
  kind := 'email_events'; get diagnostics removed = row_count; return next;
end;
$$;
comment on function private.sweep_emails(integer) is 'Deletes mails, proofs, undone or lapsed changes and reports after 30 days.';

revoke execute on function private.stop_email_address(text, text), private.apply_email_event(public.email_events, uuid),
  public.email_events_record(jsonb), private.email_metrics(), public.email_status(uuid, integer), private.sweep_emails(integer)
  from public, anon, authenticated;
grant execute on function private.stop_email_address(text, text), private.apply_email_event(public.email_events, uuid),
  public.email_events_record(jsonb), private.email_metrics(), public.email_status(uuid, integer), private.sweep_emails(integer)
  to service_role;

-- Answers of the push service: results of a batch, and receipts a quarter of an hour later (docs/decisions/0136).

create function private.refuse_push_credentials(p_ids uuid[], p_reason text) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_since constant timestamptz := pg_catalog.clock_timestamp() - interval '15 minutes';
  v_refused bigint;
  v_reached bigint;
begin
  update public.pushes p set refused_at = pg_catalog.clock_timestamp() where p.id = any (p_ids);
  select pg_catalog.count(distinct p.user_id) into v_refused from public.pushes p where p.refused_at > v_since;
  select pg_catalog.count(distinct p.user_id) into v_reached from public.pushes p
  where p.created_at > v_since - interval '45 minutes' and not p.id = any (p_ids)
    and (p.state = 'forwarded' and p.updated_at > v_since or p.state = 'accepted' and p.accepted_at > v_since);
  if v_refused > v_reached then
    insert into public.push_circuits as c (provider, open_until, reason)
    values ('expo', pg_catalog.clock_timestamp() + interval '20 minutes', p_reason)
    on conflict (provider) do update set open_until = excluded.open_until, reason = excluded.reason;
  else
    update public.push_devices d set backoff_until = pg_catalog.clock_timestamp() + interval '30 minutes'
    where d.id in (select x.id from public.push_devices x join public.pushes p on p.device_id = x.id
      where p.id = any (p_ids) order by x.id for no key update of x skip locked);
  end if;
end;
$$;
comment on function private.refuse_push_credentials(uuid[], text) is
  'Stops sending for 20 minutes, after which a few pushes are tried: long enough for their receipts. If pushes of more users were '
  'accepted within a quarter of an hour, only these phones wait for half an hour: anybody may register the token of another app.';

create function private.forget_dead_devices(p_ids uuid[]) returns void
language sql volatile set search_path = '' as $$
  -- A phone registered again after the claim has a valid token. One that is being removed is not waited for.
  delete from public.push_devices d where d.id in (
    select x.id from public.push_devices x join public.pushes p on p.device_id = x.id
    where p.id = any (p_ids) and x.registered_at <= p.claimed_at order by x.id for update of x skip locked);
$$;
comment on function private.forget_dead_devices(uuid[]) is
  'Removes the phones of pushes whose token the provider reports as invalid.';

create function private.suppress_pushes_of_device() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.pushes p set state = 'suppressed', reason = 'device_gone' where p.device_id = old.id and p.state = 'queued';
  return old;
end;
$$;
comment on function private.suppress_pushes_of_device() is 'Trigger: suppresses waiting pushes of a removed phone.';
create trigger push_devices_suppress_pushes before delete on public.push_devices
  for each row execute function private.suppress_pushes_of_device();

create function public.pushes_record(p_claim uuid, p_results jsonb) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_at constant timestamptz := pg_catalog.clock_timestamp();
  v_recorded integer;
begin
  perform private.forget_dead_devices(array(
    select r.id from pg_catalog.jsonb_to_recordset(p_results) as r (id uuid, outcome text) where r.outcome = 'dead'));
  update public.pushes p set
    state = case r.outcome when 'accepted' then 'accepted' when 'dead' then 'dead' when 'refused' then 'failed'
      when 'unknown' then case when t.is_resent and p.uncertain < 2 then 'queued' else 'unknown' end
      else 'queued' end,
    reason = coalesce(pg_catalog.left(r.code, 60), ''), lease_until = null,
    -- Only a push that may have reached the phone counts against the two sends; one that did not waits until it expires.
    uncertain = greatest(p.uncertain - (r.outcome in ('later', 'credentials', 'refused'))::integer, 0),
    tries = greatest(p.tries - (r.outcome in ('later', 'credentials'))::integer, 0),
    not_before = v_at + pg_catalog.make_interval(secs => coalesce(r.seconds, 0)),
    provider_ref = r.provider_ref, accepted_at = case r.outcome when 'accepted' then v_at end,
    receipt_at = case r.outcome when 'accepted' then v_at + interval '15 minutes' end, receipt_tries = 0
  from pg_catalog.jsonb_to_recordset(p_results) as r (id uuid, outcome text, code text, provider_ref text, seconds double precision),
    public.notification_types t
  where p.id = r.id and t.code = p.type and p.claim = p_claim
    -- After the lease: a certain result corrects the assumption of a loss.
    and (p.state = 'claimed' or (p.state in ('unknown', 'queued') and p.reason = 'lease_ended' and r.outcome in ('accepted', 'dead')));
  get diagnostics v_recorded = row_count;
  perform private.refuse_push_credentials(pg_catalog.array_agg(r.id), pg_catalog.left(pg_catalog.max(r.code), 60))
  from pg_catalog.jsonb_to_recordset(p_results) as r (id uuid, outcome text, code text) where r.outcome = 'credentials' having pg_catalog.count(*) > 0;
  return v_recorded;
end;
$$;
comment on function public.pushes_record(uuid, jsonb) is
  'Records the results [{id, outcome, code, provider_ref, seconds}] of a batch. accepted: with its reference there. dead: the token is invalid; removes '
  'the phone. refused: our defect. later: certainly not sent, again after seconds. credentials: likewise, and see '
  'private.refuse_push_credentials. unknown: '
  'perhaps sent; sent once more if the type allows it. Returns the number of applied ones.';

create function public.push_receipts_due(p_limit integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_due jsonb;
begin
  update public.pushes p set state = 'unknown', reason = 'no_receipt', receipt_at = null
  where p.id in (select x.id from public.pushes x
    where x.state = 'accepted' and x.receipt_at <= pg_catalog.clock_timestamp()
      and (x.receipt_tries >= 3 or x.accepted_at < pg_catalog.clock_timestamp() - interval '23 hours')
    limit 5000 for update skip locked);
  with due as (
    update public.pushes p set receipt_tries = p.receipt_tries + 1,
      receipt_at = pg_catalog.clock_timestamp() + interval '30 minutes' * (p.receipt_tries + 1)
    where p.id in (select x.id from public.pushes x
      where x.state = 'accepted' and x.receipt_at <= pg_catalog.clock_timestamp() order by x.receipt_at limit p_limit for update skip locked)
    returning p.id, p.provider_ref
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', d.id, 'provider_ref', d.provider_ref)), '[]') into v_due from due d;
  return v_due;
end;
$$;
comment on function public.push_receipts_due(integer) is
  'Returns accepted pushes whose receipt is to be queried [{id, provider_ref}], each for one caller. Three queries within 23 hours, then the '
  'outcome is unknown: the service deletes receipts after a day.';

create function public.push_receipts_record(p_receipts jsonb) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_recorded integer;
begin
  perform private.forget_dead_devices(array(
    select r.id from pg_catalog.jsonb_to_recordset(p_receipts) as r (id uuid, outcome text) where r.outcome = 'dead'));
  -- Pushes from before the circuit opened prove nothing about the present.
  delete from public.push_circuits c where c.provider = 'expo' and exists (
    select from pg_catalog.jsonb_to_recordset(p_receipts) as r (id uuid, outcome text) join public.pushes p on p.id = r.id
    where r.outcome = 'forwarded' and p.claimed_at > c.opened_at);
  update public.push_devices d set backoffs = least(d.backoffs + 1, 3),
    backoff_until = pg_catalog.clock_timestamp() + (array[interval '1 minute', interval '5 minutes', interval '30 minutes'])[least(d.backoffs + 1, 3)]
  where d.id in (select x.id from public.push_devices x join public.pushes p on p.device_id = x.id
    join pg_catalog.jsonb_to_recordset(p_receipts) as r (id uuid, outcome text) on r.id = p.id and r.outcome = 'too_many'
    where p.state = 'accepted' order by x.id for no key update of x skip locked);
  update public.push_devices d set backoffs = 0, backoff_until = null
  where d.backoffs > 0 and d.id in (select x.id from public.push_devices x join public.pushes p on p.device_id = x.id
    join pg_catalog.jsonb_to_recordset(p_receipts) as r (id uuid, outcome text) on r.id = p.id and r.outcome = 'forwarded'
    where x.backoff_until < pg_catalog.clock_timestamp() order by x.id for no key update of x skip locked);
  update public.pushes p set
    state = case r.outcome when 'forwarded' then 'forwarded' when 'dead' then 'dead'
      when 'too_many' then case when p.tries < 4 then 'queued' else 'failed' end
      when 'credentials' then case when p.tries < 20 then 'queued' else 'failed' end
      when 'again' then case when p.tries < 2 then 'queued' else 'failed' end else 'failed' end,
    reason = coalesce(pg_catalog.left(r.code, 60), ''), receipt_at = null,
    uncertain = greatest(p.uncertain - (r.outcome <> 'forwarded')::integer, 0), not_before = pg_catalog.clock_timestamp()
  from pg_catalog.jsonb_to_recordset(p_receipts) as r (id uuid, outcome text, code text)
  where p.id = r.id and p.state = 'accepted';
  get diagnostics v_recorded = row_count;
  perform private.refuse_push_credentials(pg_catalog.array_agg(r.id), pg_catalog.left(pg_catalog.max(r.code), 60))
  from pg_catalog.jsonb_to_recordset(p_receipts) as r (id uuid, outcome text, code text) where r.outcome = 'credentials' having pg_catalog.count(*) > 0;
  return v_recorded;
end;
$$;
comment on function public.push_receipts_record(jsonb) is
  'Records receipts [{id, outcome, code}]. forwarded: accepted by Apple or Google. dead: removes the phone. too_many: this phone waits 1, 5, then 30 '
  'minutes. credentials: see private.refuse_push_credentials. again: the service failed, once more. refused: our defect. Pushes that certainly did not '
  'arrive are queued again until they expire. Returns the number of applied ones.';

revoke execute on function private.suppress_pushes_of_device() from public, anon, authenticated;
revoke execute on function private.refuse_push_credentials(uuid[], text), private.forget_dead_devices(uuid[]),
  public.pushes_record(uuid, jsonb), public.push_receipts_due(integer), public.push_receipts_record(jsonb) from public, anon, authenticated;
grant execute on function private.refuse_push_credentials(uuid[], text), private.forget_dead_devices(uuid[]),
  public.pushes_record(uuid, jsonb), public.push_receipts_due(integer), public.push_receipts_record(jsonb) to service_role;

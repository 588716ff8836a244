-- Claiming of pushes (docs/decisions/0136). The reason of each push is checked again when it is due.

create function private.subject_is_gone(p_notification public.notifications) returns text
language plpgsql stable set search_path = '' as $$
begin
  if p_notification.from_user_id is not null and private.chat_blocked(p_notification.user_id, p_notification.from_user_id) then
    return 'blocked';
  elsif p_notification.type = 'chat_message' then
    return case when not exists (select from public.chat_messages m
      where m.id = private.as_uuid(p_notification.data ->> 'message_id') and not m.is_read) then 'read' end;
  elsif p_notification.type = 'price_drop' then
    return case when not exists (select from public.listings l where l.id = private.as_uuid(p_notification.data ->> 'listing_id')
      and l.status = 'active' and not l.is_hidden and l.deleted_at is null) then 'listing_gone' end;
  elsif p_notification.type = 'saved_search' then
    return case when not exists (select from public.saved_searches s where s.id = private.as_uuid(p_notification.data ->> 'search_id'))
        then 'search_gone'
      when not exists (select from pg_catalog.jsonb_array_elements_text(p_notification.data -> 'listing_ids') as i (id)
        join public.listings l on l.id = private.as_uuid(i.id) where private.is_news(p_notification.user_id, l)) then 'listing_gone' end;
  elsif p_notification.type = 'comment' then
    return case when not exists (select from public.comments c where c.id = private.as_uuid(p_notification.data ->> 'comment_id')
      and not c.is_deleted and not c.is_hidden) then 'comment_gone' end;
  elsif p_notification.type = 'campaign' then
    return case when exists (select from public.push_campaigns c where c.id = private.as_uuid(p_notification.data ->> 'campaign_id')
      and c.state = 'stopped') then 'campaign_stopped' end;
  end if;
  return null;
end;
$$;
comment on function private.subject_is_gone(public.notifications) is
  'Returns the reason for which a notification needs no push any more: its sender is blocked, its subject read, hidden, deleted or stopped; else null.';

create function private.push_refusal(p_push public.pushes, p_notification public.notifications) returns text
language sql stable set search_path = '' as $$
  select case
    when p_push.expires_at <= pg_catalog.clock_timestamp() then 'expired'
    when not exists (select from public.push_devices d join public.auth_sessions s on s.id = d.session_id
      join public.accounts u on u.id = d.user_id
      where d.id = p_push.device_id and d.user_id = p_push.user_id and s.user_id = d.user_id and s.revoked_at is null
        and s.expires_at > pg_catalog.clock_timestamp() and not u.is_blocked) then 'device_gone'
    when p_notification.is_read then 'read'
    when p_push.version <> '' and p_push.version is distinct from p_notification.data ->> 'message_id' then 'superseded'
    when not private.wants(p_push.user_id, p_push.type, 'push') then 'unwanted'
    else private.subject_is_gone(p_notification) end;
$$;
comment on function private.push_refusal(public.pushes, public.notifications) is
  'Returns the reason for which a due push is not sent, else null.';

create function private.push_wait(p_push public.pushes) returns table (until timestamptz, is_quiet boolean)
language sql stable set search_path = '' as $$
  select greatest(d.backoff_until, g.until,
      case when t.quiet = 'defer' then q.until + pg_catalog.make_interval(
        secs => pg_catalog.abs(pg_catalog.hashtext(p_push.user_id::text)::bigint) % 1800) end), q.until is not null
  from public.notification_types t
  left join public.notification_settings s on s.user_id = p_push.user_id
  cross join lateral (select private.quiet_until(pg_catalog.clock_timestamp(),
    case when s.user_id is null then '22:00' else s.quiet_from end, case when s.user_id is null then '08:00' else s.quiet_to end,
    s.time_zone) as until) as q
  left join public.push_devices d on d.id = p_push.device_id and d.backoff_until > pg_catalog.clock_timestamp()
  cross join lateral (select pg_catalog.max(o.claimed_at) + pg_catalog.make_interval(secs => t.gap_seconds) as until
    from public.pushes o where t.gap_seconds > 0 and o.device_id = p_push.device_id and o.subject = p_push.subject
      and o.state in ('claimed', 'accepted', 'forwarded', 'unknown')
      and o.claimed_at > pg_catalog.clock_timestamp() - pg_catalog.make_interval(secs => t.gap_seconds)) as g
  where t.code = p_push.type;
$$;
comment on function private.push_wait(public.pushes) is
  'Returns the end of a push''s wait, null for none, and true in its user''s quiet hours. It waits for a phone that received '
  'too many, for the gap between pushes about one subject, and, where its type defers, for the end of the quiet hours plus '
  'up to half an hour by user, so that not all are sent at eight.';

create function private.without_phones(p_text text) returns text
language sql immutable set search_path = '' as $$
  select pg_catalog.regexp_replace(p_text, '\+?\d(?:[\s().\u00a0\u2009\u202f\u2010-\u2014-]{0,3}\d){8,}', '•••', 'g');
$$;
comment on function private.without_phones(text) is
  'Replaces texts like a phone number in any spacing: nine digits and more with blanks, brackets, dots or dashes between them.';

create function private.push_message(p_push public.pushes, p_is_quiet boolean) returns jsonb
language plpgsql stable set search_path = '' as $$
begin
  return (select pg_catalog.jsonb_build_object('id', p_push.id, 'notification_id', n.id, 'token', d.token, 'project', d.project,
    'title', private.without_phones(n.title), 'body', pg_catalog.left(private.without_phones(case
      when t.veil = 'always' or (t.veil = 'wished' and (not coalesce(s.shows_text, true) or o.id is not null))
        then t.veiled[private.language_place(u.language)] else n.message end), 240),
    'type', n.type, 'action_url', n.action_url, 'subject', p_push.subject, 'channel', case when t.area = any (d.channels) then t.area end,
    'seconds', pg_catalog.ceil(extract(epoch from p_push.expires_at - pg_catalog.clock_timestamp())),
    'is_urgent', t.is_urgent, 'is_silent', p_is_quiet and t.quiet = 'passive',
    'badge', (select pg_catalog.count(*) from public.notifications b where b.user_id = p_push.user_id and not b.is_read and b.in_app))
  from public.notifications n
  join public.notification_types t on t.code = n.type
  join public.accounts u on u.id = n.user_id
  join public.push_devices d on d.id = p_push.device_id
  left join public.notification_settings s on s.user_id = n.user_id
  left join public.chat_messages o on n.type = 'chat_message' and o.id = private.as_uuid(n.data ->> 'message_id') and o.message_type = 'offer'
  where n.id = p_push.notification_id);
end;
$$;
comment on function private.push_message(public.pushes, boolean) is
  'Returns the document for the push service. A locked screen shows no price of a deal and no phone number; the badge is the number of '
  'unread notifications.';

create function private.sweep_push_leases(p_limit integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_swept integer;
begin
  update public.pushes p set
    state = case when t.is_resent and p.uncertain < 2 then 'queued' else 'unknown' end, reason = 'lease_ended',
    not_before = pg_catalog.clock_timestamp(), lease_until = null
  from public.notification_types t
  where t.code = p.type and p.id in (select x.id from public.pushes x
    where x.state = 'claimed' and x.lease_until < pg_catalog.clock_timestamp() limit p_limit for update skip locked);
  get diagnostics v_swept = row_count;
  return v_swept;
end;
$$;
comment on function private.sweep_push_leases(integer) is
  'Settles leftovers of a killed sender, perhaps sent: as unknown, or queued once more if the type allows it.';

create function private.due_pushes(p_limit integer) returns uuid[]
language plpgsql volatile set search_path = '' as $$
declare
  v_ids uuid[];
begin
  select coalesce(pg_catalog.array_agg(d.id order by d.priority, d.not_before), '{}') into v_ids from (
    select p.id, p.priority, p.not_before from public.pushes p
    -- By priority, so that thousands of pushes that wait for the morning are never read.
    where p.state = 'queued' and p.id = any (array(
      select c.id from pg_catalog.generate_series(1, 9) as g (priority)
      cross join lateral (select q.id, q.not_before from public.pushes q where q.state = 'queued' and q.priority = g.priority
        and q.not_before <= pg_catalog.clock_timestamp() order by q.not_before limit p_limit) as c
      order by g.priority limit p_limit))
    for update skip locked) as d;
  return v_ids;
end;
$$;
comment on function private.due_pushes(integer) is 'Locks due pushes, the most urgent first, and returns their ids.';

create function private.lock_capped_users(p_ids uuid[]) returns uuid[]
language sql volatile set search_path = '' as $$
  select coalesce(pg_catalog.array_agg(p.id), '{}') from public.pushes p join public.notification_types t on t.code = p.type
  where p.id = any (p_ids)
    and (not t.is_capped or pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended('pushes a day:' || p.user_id, 0)));
$$;
comment on function private.lock_capped_users(uuid[]) is
  'Returns these pushes without those of users whom a parallel claim is counting: they stay queued.';

create function private.pushed_today(p_user_id uuid) returns uuid[]
language plpgsql stable set search_path = '' as $$
declare
  v_zone text := coalesce((select s.time_zone from public.notification_settings s where s.user_id = p_user_id), 'Asia/Bishkek');
  v_start timestamptz;
begin
  begin
    v_start := pg_catalog.date_trunc('day', pg_catalog.clock_timestamp(), v_zone);
  exception when invalid_parameter_value then
    -- A zone missing in this server's time zone data.
    v_start := pg_catalog.date_trunc('day', pg_catalog.clock_timestamp(), 'Asia/Bishkek');
  end;
  return array(select distinct p.notification_id from public.pushes p join public.notification_types t on t.code = p.type
    where p.user_id = p_user_id and t.is_capped and p.uncertain > 0 and p.state not in ('dead', 'failed') and p.claimed_at >= v_start);
end;
$$;
comment on function private.pushed_today(uuid) is
  'Returns the notifications that count against a user''s pushes of this day in the user''s zone: those that may have reached a phone.';

create function private.over_cap(p_ids uuid[]) returns uuid[]
language sql volatile set search_path = '' as $$
  select coalesce(pg_catalog.array_agg(r.id), '{}') from (
    select p.id, d.pushed, pg_catalog.dense_rank() over (partition by p.user_id order by p.priority, n.created_at, n.id) as place
    from public.pushes p join public.notifications n on n.id = p.notification_id join public.notification_types t on t.code = p.type
    cross join lateral private.pushed_today(p.user_id) as d (pushed)
    where p.id = any (p_ids) and t.is_capped and not p.notification_id = any (d.pushed)) as r
  where pg_catalog.cardinality(r.pushed) + r.place > 3;
$$;
comment on function private.over_cap(uuid[]) is
  'Returns those of some pushes that would be a user''s fourth notification on a phone this day, or a later one. Several phones and a '
  'second try of one notification count once; types that are not capped do not count.';

create function public.pushes_claim(p_limit integer, p_lease_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claim constant uuid := pg_catalog.gen_random_uuid();
  v_ids uuid[];
  v_devices uuid[];
  v_messages jsonb;
begin
  perform private.sweep_push_leases(p_limit => 1000);
  if exists (select from public.push_circuits c where c.open_until > pg_catalog.clock_timestamp()) then
    return '{"claim": null, "messages": [], "due": 0}';
  end if;
  update public.push_circuits c set open_until = pg_catalog.clock_timestamp() + interval '20 minutes' where c.provider = 'expo';
  if found then
    -- A few are tried, first those that were not refused themselves.
    v_ids := array(select p.id from public.pushes p where p.id = any (private.due_pushes(1000))
      order by p.refused_at nulls first, p.priority, p.not_before limit least(p_limit, 5));
  else
    v_ids := private.due_pushes(p_limit);
  end if;
  v_ids := private.lock_capped_users(v_ids);
  -- Skips a phone that is being removed; another one cannot be removed before this ends.
  select coalesce(pg_catalog.array_agg(l.id), '{}') into v_devices from (
    select d.id from public.push_devices d
    where d.id in (select p.device_id from public.pushes p where p.id = any (v_ids)) for share skip locked) as l;
  update public.pushes p set
    state = case when r.goes then 'claimed' when r.refusal is null then 'queued' when r.refusal = 'expired' then 'expired' else 'suppressed' end,
    reason = case when r.refusal is null then p.reason when r.refusal = 'expired' then '' else r.refusal end,
    is_deferred = r.refusal is null and not r.goes, not_before = greatest(p.not_before, r.until), claim = v_claim,
    claimed_at = case when r.goes then pg_catalog.clock_timestamp() else p.claimed_at end,
    lease_until = case when r.goes then pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => p_lease_seconds) end,
    uncertain = p.uncertain + r.goes::integer, tries = p.tries + r.goes::integer
  from (
    with judged as materialized (
      select x.id, f.refusal, w.until, f.refusal is null and coalesce(w.until <= pg_catalog.clock_timestamp(), true) as goes
      from public.pushes x join public.notifications n on n.id = x.notification_id
      cross join lateral (select private.push_refusal(x, n) as refusal) as f
      cross join lateral private.push_wait(x) as w
      where x.id = any (v_ids) and (x.device_id is null or x.device_id = any (v_devices))
    )
    select j.id, case when j.id = any (o.ids) then 'capped' else j.refusal end as refusal, j.until, j.goes and not j.id = any (o.ids) as goes
    from judged j cross join (select private.over_cap(array(select k.id from judged k where k.goes)) as ids) as o) as r
  where p.id = r.id;
  select coalesce(pg_catalog.jsonb_agg(private.push_message(p, w.is_quiet) order by p.priority, p.created_at, p.id), '[]') into v_messages
  from public.pushes p cross join lateral private.push_wait(p) as w where p.claim = v_claim and p.state = 'claimed' and p.id = any (v_ids);
  return pg_catalog.jsonb_build_object('claim', v_claim, 'messages', v_messages, 'due', pg_catalog.cardinality(v_ids));
end;
$$;
comment on function public.pushes_claim(integer, integer) is
  'Claims up to p_limit due pushes, each for one caller for p_lease_seconds: {claim, messages, due}. Settles those '
  'that are no longer wanted, and puts off those that must wait; due counts all of them. Empty while the provider refuses our '
  'credentials. Committed before anything is sent: pushes of a killed caller are settled as perhaps sent.';

revoke execute on function private.subject_is_gone(public.notifications), private.push_refusal(public.pushes, public.notifications),
  private.push_wait(public.pushes), private.without_phones(text), private.push_message(public.pushes, boolean), private.sweep_push_leases(integer),
  private.due_pushes(integer), private.lock_capped_users(uuid[]), private.pushed_today(uuid), private.over_cap(uuid[]),
  public.pushes_claim(integer, integer) from public, anon, authenticated;
grant execute on function private.subject_is_gone(public.notifications), private.push_refusal(public.pushes, public.notifications),
  private.push_wait(public.pushes), private.without_phones(text), private.push_message(public.pushes, boolean), private.sweep_push_leases(integer),
  private.due_pushes(integer), private.lock_capped_users(uuid[]), private.pushed_today(uuid), private.over_cap(uuid[]),
  public.pushes_claim(integer, integer) to service_role;

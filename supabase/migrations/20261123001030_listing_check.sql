-- The automatic check of a listing, and its way into the queue of the moderators (docs/decisions/0009).

insert into public.moderation_rules (code, kind, expression, effect, reason) values
  ('prepayment', 'pattern', '(предоплат|аванс)\w*\s+(на|по)\s+карт', 'raise', 'Просит предоплату на карту'),
  ('foreign_link', 'pattern', '(https?://|www\.|t\.me/|wa\.me/)', 'flag', 'Ссылка в тексте'),
  ('phone_in_text', 'pattern', '(\+?996|\m0)[\s().-]*([0-9][\s().-]*){9}', 'flag', 'Телефон в тексте')
on conflict do nothing;

create function private.rule_matches(p_kind text, p_expression text, p_text text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  return case p_kind
    when 'phrase' then pg_catalog.strpos(p_text, pg_catalog.lower(p_expression)) > 0
    when 'word' then p_text ~*
      ('\m' || pg_catalog.regexp_replace(p_expression, '([][\\.^$|?*+(){}-])', '\\\1', 'g') || '\M')
    else p_text ~* p_expression end;
exception when invalid_regular_expression then
  return false;
end;
$$;
comment on function private.rule_matches(text, text, text) is
  'Whether a rule applies to a text in small letters. An expression that cannot be read applies to nothing: a typing error '
  'of a moderator must not stop everybody from posting.';

create function private.broken_rules(p_listing public.listings) returns setof public.moderation_rules
language sql stable set search_path = '' as $$
  with content as materialized (
    select pg_catalog.replace(pg_catalog.lower(pg_catalog.concat_ws(E'\n', p_listing.title, p_listing.description,
      p_listing.city, p_listing.location,
      (select pg_catalog.string_agg(d.value, E'\n') from pg_catalog.jsonb_each_text(p_listing.details) as d))),
      'ё', 'е') as words
  )
  select r.* from public.moderation_rules r, content c
  where r.is_active and coalesce(r.category, p_listing.category) = p_listing.category
    and private.rule_matches(r.kind, r.expression, c.words)
  order by r.code;
$$;
comment on function private.broken_rules(public.listings) is 'The active rules that the words of a listing break.';

create function private.refusal_by_rules(p_listing public.listings) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('reason', 'listing_refused', 'rules',
    pg_catalog.jsonb_agg(r.reason order by r.code))
  from private.broken_rules(p_listing) r where r.effect = 'refuse' having pg_catalog.count(*) > 0;
$$;
comment on function private.refusal_by_rules(public.listings) is
  'The refusal of a listing whose words are not taken at all, with reasons for the seller; null when it may be posted.';

create function private.keep_flags(p_listing_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_flags text[];
  v_kept jsonb;
  v_raised boolean;
begin
  select coalesce(pg_catalog.array_agg(r.code), '{}'), coalesce(pg_catalog.bool_or(r.effect = 'raise'), false),
    pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('code', r.code, 'reason', r.reason))
  into v_flags, v_raised, v_kept
  from public.listings l cross join lateral private.broken_rules(l) r where l.id = p_listing_id;
  update public.moderation_queue q set flags = v_flags, priority = case
    when v_raised and q.priority <> 'urgent' then 'high'
    when not v_raised and q.reports_count = 0 then 'normal' else q.priority end
  where q.listing_id = p_listing_id;
  if v_flags <> '{}' then
    -- After the submission, which has the time of the transaction.
    insert into public.moderation_events (listing_id, action, details, created_at)
    values (p_listing_id, 'auto_flag', pg_catalog.jsonb_build_object('rules', v_kept), pg_catalog.clock_timestamp());
  end if;
end;
$$;
comment on function private.keep_flags(uuid) is
  'Writes into queue and history which rules a listing breaks now; one that raises lifts its priority.';

create function private.publish(p_listing_id uuid, p_may_show boolean) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_version integer := (select q.version from public.moderation_queue q where q.listing_id = p_listing_id);
begin
  update public.listings l set moderation_status = 'pending',
    status = case when p_may_show and not exists (select from private.broken_rules(l)) then 'active'
      else 'pending_review' end,
    published_at = coalesce(l.published_at, pg_catalog.now()),
    expires_at = pg_catalog.now() + interval '90 days'
  where l.id = p_listing_id;
  -- The trigger has queued what waits unseen; what is shown at once is queued here.
  insert into public.moderation_queue as q (listing_id) values (p_listing_id) on conflict (listing_id) do update set
    status = case when q.status = 'escalated' then q.status else 'pending' end, submitted_at = pg_catalog.now(),
    started_at = null, completed_at = null, assigned_to = null, reason = null, version = q.version + 1
    where q.version = v_version;
  if found then
    insert into public.moderation_events (listing_id, action, details)
    values (p_listing_id, 'submit', '{"status": "active"}');
  end if;
  perform private.keep_flags(p_listing_id);
end;
$$;
comment on function private.publish(uuid, boolean) is
  'Shows a listing that breaks no rule at once, if it may be shown unchecked, and queues it for the check either way. One '
  'that breaks a rule waits as pending_review; the rules are kept in the queue and in the history.';

revoke execute on function private.rule_matches(text, text, text), private.broken_rules(public.listings),
  private.refusal_by_rules(public.listings), private.keep_flags(uuid), private.publish(uuid, boolean) from public, anon, authenticated;
grant execute on function private.rule_matches(text, text, text), private.broken_rules(public.listings),
  private.refusal_by_rules(public.listings), private.keep_flags(uuid), private.publish(uuid, boolean) to service_role;

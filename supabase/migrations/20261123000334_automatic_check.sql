-- Automatic check of a listing, and its way into the queue of the moderators (docs/decisions/0009).

create function private.rule_matches(p_kind text, p_expression text, p_texts text[]) returns boolean
language plpgsql immutable set search_path = '' as $$
declare
  v_expression constant text := case when p_kind = 'pattern' then p_expression else private.fold_text(p_expression) end;
begin
  return exists (select from pg_catalog.unnest(p_texts) as t (words) where case p_kind
    when 'phrase' then pg_catalog.strpos(t.words, v_expression) > 0
    when 'word' then t.words collate pg_catalog."default" ~ ('\m' || pg_catalog.regexp_replace(v_expression, '([][\\.^$|?*+(){}-])', '\\\1', 'g') || '\M')
    else t.words collate pg_catalog."default" ~* v_expression end);
exception when invalid_regular_expression then
  return false;
end;
$$;
comment on function private.rule_matches(text, text, text[]) is
  'Returns true when a rule applies to any spelling of a text (see private.rule_texts). Treats an invalid expression '
  'as matching nothing: a typing error in a rule must not stop all posting.';

create function private.rule_texts(variadic p_parts text[]) returns text[]
language plpgsql immutable set search_path = '' as $$
declare
  v_text constant text := pg_catalog.array_to_string(array(
    -- Too far apart for a pattern that spans two parts.
    select private.fold_text(p.part) from pg_catalog.unnest(p_parts) as p (part) where p.part <> ''), E'\n \n \n');
begin
  return case when v_text !~ '[a-z]' and v_text !~ '[авсенкмортху]' then array[v_text]
    else array[v_text, private.in_cyrillic(v_text), private.in_latin(v_text)] end;
end;
$$;
comment on function private.rule_texts(text[]) is
  'Returns the spellings that rules are compared with: the folded parts, and the same with lookalike letters all Cyrillic and all '
  'Latin.';

create function private.broken_rules(p_listing public.listings) returns setof public.moderation_rules
language plpgsql stable set search_path = '' as $$
declare
  v_texts constant text[] := private.rule_texts(variadic array[
    p_listing.title, p_listing.description, p_listing.city, p_listing.location] || array(
      select d.value #>> '{}' from pg_catalog.jsonb_each(private.full_details(p_listing)) as d
      where pg_catalog.jsonb_typeof(d.value) = 'string'));
begin
  return query select r.* from public.moderation_rules r
  where r.is_active and coalesce(r.category, p_listing.category) = p_listing.category
    and private.rule_matches(r.kind, r.expression, v_texts)
  order by r.code;
end;
$$;
comment on function private.broken_rules(public.listings) is
  'Returns the active rules that the texts of a listing and of its stored details break.';

create function private.judge(p_listing_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object(
    'flags', coalesce(pg_catalog.jsonb_agg(r.code order by r.code), '[]'),
    'is_raised', coalesce(pg_catalog.bool_or(r.effect in ('raise', 'refuse')), false),
    'rules', pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('code', r.code, 'reason', r.reason) order by r.code),
    'refused', pg_catalog.jsonb_agg(r.reason order by r.code) filter (where r.effect = 'refuse'))
  from public.listings l cross join lateral private.broken_rules(l) r where l.id = p_listing_id;
$$;
comment on function private.judge(uuid) is
  'Judges a stored listing by the rules: {flags, is_raised, rules, refused}. refused holds reasons for the seller '
  'when a rule forbids the words, else null.';

create function private.refusal_by_rules(p_judgement jsonb) returns jsonb
language sql immutable set search_path = '' as $$
  select case when pg_catalog.jsonb_typeof(p_judgement -> 'refused') = 'array'
    then pg_catalog.jsonb_build_object('reason', 'listing_refused', 'rules', p_judgement -> 'refused') end;
$$;
comment on function private.refusal_by_rules(jsonb) is
  'Returns the refusal of a listing with forbidden words, with its reasons; else null.';

create function private.keep_flags(p_listing_id uuid, p_judgement jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_flags constant text[] := array(select pg_catalog.jsonb_array_elements_text(p_judgement -> 'flags'));
  v_raised constant boolean := (p_judgement -> 'is_raised')::boolean;
begin
  update public.moderation_queue q set flags = v_flags, priority = case
    when v_raised and q.priority <> 'urgent' then 'high'
    when not v_raised and q.reports_count = 0 then 'normal' else q.priority end
  where q.listing_id = p_listing_id and (q.flags <> v_flags or v_raised or q.priority <> 'normal');
  if v_flags <> '{}' then
    -- After the submission, whose time is that of the transaction.
    insert into public.moderation_events (listing_id, action, details, created_at)
    values (p_listing_id, 'auto_flag', pg_catalog.jsonb_build_object('rules', p_judgement -> 'rules'),
      pg_catalog.clock_timestamp());
  end if;
end;
$$;
comment on function private.keep_flags(uuid, jsonb) is
  'Writes the rules broken by a listing into its queue item and history; a raising rule raises the priority.';

create function private.publish(p_listing_id uuid, p_may_show boolean, p_judgement jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_status constant text := case when p_may_show and p_judgement -> 'flags' = '[]' then 'active' else 'pending_review' end;
begin
  update public.listings l set moderation_status = 'pending', status = v_status,
    -- A draft or a rejected listing is published again: it counts in this month.
    published_at = case when l.status in ('draft', 'rejected') then pg_catalog.now()
      else coalesce(l.published_at, pg_catalog.now()) end,
    -- A change of a visible listing does not extend its time.
    expires_at = case when l.published_at is null or l.expires_at is null or l.status in ('draft', 'rejected')
      then pg_catalog.now() + interval '90 days' else l.expires_at end
  where l.id = p_listing_id and (l.moderation_status <> 'pending' or l.status <> v_status or l.published_at is null
    or l.expires_at is null);
  perform private.submit(p_listing_id);
  perform private.keep_flags(p_listing_id, p_judgement);
end;
$$;
comment on function private.publish(uuid, boolean, jsonb) is
  'Publishes a listing that breaks no rule at once, if it may be shown unchecked, and queues it for the check either '
  'way. One that breaks a rule waits as pending_review, with the rules in its queue item and history. p_judgement: '
  'see private.judge.';

create function private.publish(p_listing_id uuid, p_may_show boolean) returns void
language sql volatile set search_path = '' as $$
  select private.publish(p_listing_id, p_may_show, private.judge(p_listing_id));
$$;
comment on function private.publish(uuid, boolean) is
  'Judges a listing and publishes it; forbidden words wait as well.';

create function private.queue_report(p_listing_id uuid, p_reason text) returns void
language sql volatile set search_path = '' as $$
  insert into public.moderation_queue as q (listing_id, priority, reports_count) values (p_listing_id, 'high', 1)
  on conflict (listing_id) do update set reports_count = q.reports_count + 1,
    priority = case when q.reports_count >= 2 or q.priority = 'urgent' then 'urgent' else 'high' end,
    status = case when q.status in ('approved', 'rejected') then 'pending' else q.status end,
    submitted_at = case when q.status in ('approved', 'rejected') then pg_catalog.now() else q.submitted_at end,
    assigned_to = case when q.status in ('approved', 'rejected') then null else q.assigned_to end,
    completed_at = null, reason = null;
  insert into public.moderation_events (listing_id, action, details)
  values (p_listing_id, 'report', pg_catalog.jsonb_build_object('reason', p_reason));
$$;
comment on function private.queue_report(uuid, text) is
  'Restarts the check of a reported listing with high priority, urgent from the third report on.';

revoke execute on function private.rule_matches(text, text, text[]), private.rule_texts(text[]),
  private.broken_rules(public.listings), private.judge(uuid), private.refusal_by_rules(jsonb),
  private.keep_flags(uuid, jsonb), private.publish(uuid, boolean, jsonb), private.publish(uuid, boolean),
  private.queue_report(uuid, text) from public, anon, authenticated;
grant execute on function private.rule_matches(text, text, text[]), private.rule_texts(text[]),
  private.broken_rules(public.listings), private.judge(uuid), private.refusal_by_rules(jsonb),
  private.keep_flags(uuid, jsonb), private.publish(uuid, boolean, jsonb), private.publish(uuid, boolean),
  private.queue_report(uuid, text) to service_role;

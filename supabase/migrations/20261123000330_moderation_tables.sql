-- Moderation of new and changed listings before and after they are shown: queue, events, rules of texts.
-- Moderators work through the backend; the seller sees the state and the reason.

create table public.moderation_queue (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null unique references public.listings (id) on delete cascade,
  status text not null default 'pending'
    check (status in ('pending', 'in_review', 'escalated', 'approved', 'rejected')),
  priority text not null default 'normal' check (priority in ('low', 'normal', 'high', 'urgent')),
  flags text[] not null default '{}',
  reports_count integer not null default 0 check (reports_count >= 0),
  assigned_to uuid references public.accounts (id) on delete set null,
  reason text check (char_length(reason) <= 1000),
  submitted_at timestamptz not null default now(),
  started_at timestamptz,
  completed_at timestamptz,
  version integer not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((status in ('approved', 'rejected')) = (completed_at is not null)),
  check (status <> 'rejected' or reason is not null)
);
comment on table public.moderation_queue is
  'State of the newest check of a listing, one row per listing that was ever submitted.';
comment on column public.moderation_queue.flags is 'Codes of the rules that it broke; for moderators.';
comment on column public.moderation_queue.reason is 'Reason of the rejection, in words for the seller.';
comment on column public.moderation_queue.version is 'Grows with each submission, so that a decision about an older text is recognised.';
create index moderation_queue_open_idx on public.moderation_queue
  (array_position(array['urgent', 'high', 'normal', 'low'], priority), submitted_at)
  where status in ('pending', 'in_review', 'escalated');
create index moderation_queue_assigned_idx on public.moderation_queue (assigned_to, status);
create index moderation_queue_completed_idx on public.moderation_queue (completed_at desc);
create trigger moderation_queue_touch_updated_at before update on public.moderation_queue
  for each row execute function private.touch_updated_at();
alter table public.moderation_queue enable row level security;
grant select (id, listing_id, status, reason, submitted_at, completed_at) on public.moderation_queue to authenticated;
grant all on public.moderation_queue to service_role;
create policy moderation_queue_select on public.moderation_queue for select to authenticated
  using (listing_id = any (array(select private.my_listings())));

create table public.moderation_events (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings (id) on delete cascade,
  moderator_id uuid references public.accounts (id) on delete set null,
  action text not null check (action in
    ('submit', 'auto_flag', 'assign', 'release', 'approve', 'reject', 'escalate', 'report', 'hide', 'restore')),
  reason text check (char_length(reason) <= 1000),
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
  created_at timestamptz not null default now(),
  check (action <> 'reject' or reason is not null)
);
comment on table public.moderation_events is 'Append-only history of the checks of a listing.';
comment on column public.moderation_events.moderator_id is
  'Moderator who decided; null for automatic steps. Not shown to the seller.';
comment on column public.moderation_events.details is 'Rules and words that matched; for moderators only.';
create index moderation_events_listing_idx on public.moderation_events (listing_id, created_at desc);
create index moderation_events_moderator_idx on public.moderation_events (moderator_id, created_at desc);
create index moderation_events_action_idx on public.moderation_events (action, created_at desc);
alter table public.moderation_events enable row level security;
grant select (id, listing_id, action, reason, created_at) on public.moderation_events to authenticated;
grant select, insert on public.moderation_events to service_role;
create policy moderation_events_select on public.moderation_events for select to authenticated
  using (action in ('submit', 'approve', 'reject') and listing_id = any (array(select private.my_listings())));

create table public.moderation_rules (
  id uuid primary key default gen_random_uuid(),
  code text not null unique check (code ~ '^[a-z][a-z0-9_]{1,49}$'),
  kind text not null check (kind in ('word', 'phrase', 'pattern')),
  expression text not null check (char_length(expression) between 1 and 500),
  category text check (category in ('car', 'horse', 'real_estate')),
  effect text not null default 'flag' check (effect in ('flag', 'raise', 'refuse')),
  reason text not null check (char_length(reason) between 1 and 500),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.moderation_rules is 'Words and patterns that flag a listing, raise its priority or refuse it at once.';
comment on column public.moderation_rules.category is 'Null applies to all three.';
create trigger moderation_rules_touch_updated_at before update on public.moderation_rules
  for each row execute function private.touch_updated_at();
alter table public.moderation_rules enable row level security;
grant all on public.moderation_rules to service_role;

insert into public.moderation_rules (code, kind, expression, effect, reason) values
  ('prepayment', 'pattern', '(предоплат|аванс)\w*\s+(на|по)\s+карт', 'raise', 'Просит предоплату на карту'),
  ('foreign_link', 'pattern', '(https?\s?:\s?/\s?/|www\s?\.|\m[tw]a?\s?\.\s?me\M)', 'flag', 'Ссылка в тексте'),
  -- Ten digits that begin with 0, or nine behind 996, with up to three signs between them; the letter o passes for a zero.
  ('phone_in_text', 'pattern', '(\+?996|(?<![0-9])0|[oо](?=[2579]))([^[:alnum:]]{0,3}[0-9oо]){9}', 'flag', 'Телефон в тексте')
on conflict do nothing;

create function private.keep_checked() returns trigger
language plpgsql set search_path = '' as $$
begin
  if (old.status in ('sold', 'archived', 'expired') or new.status in ('sold', 'archived', 'expired'))
      and (old.title, old.description, old.city, old.location, old.latitude, old.longitude, old.additional_images, old.details)
        is distinct from (new.title, new.description, new.city, new.location, new.latitude, new.longitude,
          new.additional_images, new.details) then
    raise exception 'a listing that is sold, archived or expired keeps its content' using errcode = '42501';
  end if;
  if new.moderation_status = old.moderation_status and new.status in ('active', 'pending_review') then
    new.moderation_status := 'pending';
  end if;
  return new;
end;
$$;
comment on function private.keep_checked() is
  'Trigger: marks content as unchecked when it is submitted, changed or brought back from a sale. Allows content '
  'changes only while a listing is shown, waits, or is yet to be submitted: a sold one would come back unseen.';

create function private.submit(p_listing_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.moderation_queue as q (listing_id, submitted_at) values (p_listing_id, pg_catalog.now())
  on conflict (listing_id) do update set
    status = case when q.status = 'escalated' then q.status else 'pending' end,
    submitted_at = pg_catalog.now(), started_at = null, completed_at = null, assigned_to = null, reason = null,
    version = q.version + 1
    -- The time of the transaction: a change in several statements is one submission.
    where q.submitted_at <> pg_catalog.now() or q.completed_at is not null;
  if found then
    insert into public.moderation_events (listing_id, action, details)
    select l.id, 'submit', pg_catalog.jsonb_build_object('status', l.status)
    from public.listings l where l.id = p_listing_id;
  end if;
end;
$$;
comment on function private.submit(uuid) is
  'Puts a listing into the moderation queue; raises the version of an existing queue item. Idempotent within a '
  'transaction.';

create function private.queue_for_moderation() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.submit(new.id);
  return null;
end;
$$;
comment on function private.queue_for_moderation() is 'Trigger: puts a submitted or changed listing into the queue.';

create function private.resubmit(p_listing_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_status constant text := (select l.status from public.listings l where l.id = p_listing_id);
begin
  if v_status in ('sold', 'archived', 'expired') then
    raise exception 'a listing that is sold, archived or expired keeps its content' using errcode = '42501';
  elsif v_status in ('active', 'pending_review') then
    update public.listings l set moderation_status = 'pending'
    where l.id = p_listing_id and l.moderation_status <> 'pending';
    perform private.submit(p_listing_id);
  end if;
end;
$$;
comment on function private.resubmit(uuid) is
  'Submits a listing after a content change that no column of listings shows (details outside the mirror, another '
  'picture). Raises 42501 for a sold, archived or expired listing.';

-- A new video or another picture is submitted by the code that attaches it: moving one to another supplier must not queue a
-- listing. A price is no content.
create trigger listings_keep_checked
  before update of status, title, description, city, location, location_text, latitude, longitude, additional_images,
    details
  on public.listings for each row when (
    (old.title, old.description, old.city, old.location, old.latitude, old.longitude, old.additional_images, old.details)
      is distinct from (new.title, new.description, new.city, new.location, new.latitude, new.longitude,
        new.additional_images, new.details)
    or (new.status = 'pending_review' and old.status <> 'pending_review')
    or (new.status = 'active' and old.status = 'sold')
  ) execute function private.keep_checked();
create trigger listings_queue_on_insert after insert on public.listings
  for each row when (new.status = 'pending_review' and new.moderation_status = 'pending')
  execute function private.queue_for_moderation();
create trigger listings_queue_on_update
  after update of status, title, description, city, location, location_text, latitude, longitude, additional_images,
    details
  on public.listings for each row when (
    new.moderation_status = 'pending' and new.status in ('active', 'pending_review') and (
      (new.status = 'pending_review' and old.status <> 'pending_review')
      or (new.status = 'active' and old.status = 'sold')
      or (old.status in ('active', 'pending_review') and
        (old.title, old.description, old.city, old.location, old.latitude, old.longitude, old.additional_images, old.details)
          is distinct from (new.title, new.description, new.city, new.location, new.latitude, new.longitude,
            new.additional_images, new.details)))
  ) execute function private.queue_for_moderation();

-- The automatic check of a listing, and its way into the queue of the moderators (docs/decisions/0009).

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
  'as matching nothing: a moderator''s typing error must not stop all posting.';

create function private.rule_texts(variadic p_parts text[]) returns text[]
language plpgsql immutable set search_path = '' as $$
declare
  v_text constant text := pg_catalog.array_to_string(array(
    -- Too far apart for a pattern to read two parts as one.
    select private.fold_text(p.part) from pg_catalog.unnest(p_parts) as p (part) where p.part <> ''), E'\n \n \n');
begin
  return case when v_text !~ '[a-z]' and v_text !~ '[авсенкмортху]' then array[v_text]
    else array[v_text, private.in_cyrillic(v_text), private.in_latin(v_text)] end;
end;
$$;
comment on function private.rule_texts(text[]) is
  'Returns the spellings that rules judge: the folded parts, and the same with lookalike letters all Cyrillic and all '
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
    -- After the submission, which has the time of the transaction.
    insert into public.moderation_events (listing_id, action, details, created_at)
    values (p_listing_id, 'auto_flag', pg_catalog.jsonb_build_object('rules', p_judgement -> 'rules'),
      pg_catalog.clock_timestamp());
  end if;
end;
$$;
comment on function private.keep_flags(uuid, jsonb) is
  'Writes the rules that a listing breaks now into its queue item and history; a raising rule lifts the priority.';

create function private.publish(p_listing_id uuid, p_may_show boolean, p_judgement jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_status constant text := case when p_may_show and p_judgement -> 'flags' = '[]' then 'active' else 'pending_review' end;
begin
  update public.listings l set moderation_status = 'pending', status = v_status,
    -- A draft or a rejected listing is shown anew: it takes a place in this month.
    published_at = case when l.status in ('draft', 'rejected') then pg_catalog.now()
      else coalesce(l.published_at, pg_catalog.now()) end,
    -- A change of what is shown already gives no new days.
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

revoke execute on function private.keep_checked(), private.queue_for_moderation() from public, anon, authenticated;
revoke execute on function private.submit(uuid), private.resubmit(uuid), private.rule_matches(text, text, text[]),
  private.rule_texts(text[]), private.broken_rules(public.listings), private.judge(uuid),
  private.refusal_by_rules(jsonb), private.keep_flags(uuid, jsonb), private.publish(uuid, boolean, jsonb),
  private.publish(uuid, boolean), private.queue_report(uuid, text) from public, anon, authenticated;
grant execute on function private.submit(uuid), private.resubmit(uuid), private.rule_matches(text, text, text[]),
  private.rule_texts(text[]), private.broken_rules(public.listings), private.judge(uuid),
  private.refusal_by_rules(jsonb), private.keep_flags(uuid, jsonb), private.publish(uuid, boolean, jsonb),
  private.publish(uuid, boolean), private.queue_report(uuid, text) to service_role;

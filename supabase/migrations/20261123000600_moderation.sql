-- The check of new and changed listings before and after they are shown. Moderators work through the backend; the
-- seller sees the state and the reason.

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
comment on table public.moderation_queue is 'One row per listing that was ever submitted: where its newest check stands.';
comment on column public.moderation_queue.flags is 'Codes of the rules that it broke; for moderators.';
comment on column public.moderation_queue.reason is 'Why it was rejected, in words for the seller.';
comment on column public.moderation_queue.version is 'Grows with each submission, so that a decision about an older text is recognised.';
create index moderation_queue_open_idx on public.moderation_queue
  (array_position(array['urgent', 'high', 'normal', 'low'], priority), submitted_at)
  where status in ('pending', 'in_review', 'escalated');
create index moderation_queue_assigned_idx on public.moderation_queue (assigned_to, status);
create index moderation_queue_completed_idx on public.moderation_queue (completed_at desc);
create trigger moderation_queue_touch_updated_at before update on public.moderation_queue
  for each row execute function private.touch_updated_at();

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
comment on column public.moderation_events.moderator_id is 'Who decided; null for automatic steps. Not shown to the seller.';
comment on column public.moderation_events.details is 'Rules and words that matched; for moderators only.';
create index moderation_events_listing_idx on public.moderation_events (listing_id, created_at desc);
create index moderation_events_moderator_idx on public.moderation_events (moderator_id, created_at desc);
create index moderation_events_action_idx on public.moderation_events (action, created_at desc);

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
  'Trigger: content that is submitted, changed or brought back from a sale has not been checked. Content changes only while '
  'it is shown, waits, or is yet to be submitted: what is sold would come back unseen.';

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
  'Puts a listing into the queue, with a new version where it lies there. Idempotent within a transaction.';

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
  'What a change of content does that no column of listings shows: details outside the mirror, another picture.';

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

revoke execute on function private.submit(uuid), private.resubmit(uuid) from public, anon, authenticated;
grant execute on function private.submit(uuid), private.resubmit(uuid) to service_role;

alter table public.moderation_queue enable row level security;
grant select (id, listing_id, status, reason, submitted_at, completed_at) on public.moderation_queue to authenticated;
grant all on public.moderation_queue to service_role;
create policy moderation_queue_select on public.moderation_queue for select to authenticated
  using (listing_id = any (array(select private.my_listings())));

alter table public.moderation_events enable row level security;
grant select (id, listing_id, action, reason, created_at) on public.moderation_events to authenticated;
grant select, insert on public.moderation_events to service_role;
create policy moderation_events_select on public.moderation_events for select to authenticated
  using (action in ('submit', 'approve', 'reject') and listing_id = any (array(select private.my_listings())));

alter table public.moderation_rules enable row level security;
grant all on public.moderation_rules to service_role;

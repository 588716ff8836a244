-- User reports about listings, people and messages.

create table public.reports (
  id uuid primary key default gen_random_uuid(),
  reporter_id uuid not null references public.accounts (id) on delete cascade,
  target_type text not null check (target_type in ('listing', 'user', 'message', 'business', 'comment')),
  target_id uuid not null,
  reported_user_id uuid references public.accounts (id) on delete set null,
  reason text not null check (reason in
    ('inappropriate', 'spam', 'fraud', 'duplicate', 'misleading', 'fake_price', 'stolen', 'other')),
  comment text check (char_length(comment) <= 1000),
  status text not null default 'pending' check (status in ('pending', 'upheld', 'dismissed')),
  resolved_by uuid references public.accounts (id) on delete set null,
  resolved_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (reporter_id, target_type, target_id)
);
comment on table public.reports is
  'Report of a user about a listing, message, comment, user or business: raises the priority of its check, hides '
  'nothing by itself.';
comment on column public.reports.target_id is 'Id in the table that target_type names; no foreign key, as the report outlives its target.';
create index reports_target_idx on public.reports (target_type, target_id);
create index reports_reported_user_idx on public.reports (reported_user_id);
create index reports_resolved_by_idx on public.reports (resolved_by);
create index reports_pending_idx on public.reports (created_at) where status = 'pending';
create index reports_created_idx on public.reports (created_at);
create trigger reports_touch_updated_at before update on public.reports
  for each row execute function private.touch_updated_at();
alter table public.reports enable row level security;
grant select (id, reporter_id, target_type, target_id, reported_user_id, reason, comment, status, created_at)
  on public.reports to authenticated;
grant insert (reporter_id, target_type, target_id, reported_user_id, reason, comment, status)
  on public.reports to authenticated;
grant all on public.reports to service_role;
create policy reports_select on public.reports for select to authenticated
  using (reporter_id = (select auth.uid()));
create policy reports_insert on public.reports for insert to authenticated
  with check (reporter_id = (select auth.uid()) and status = 'pending');

create function public.listing_report(p_user_id uuid, p_listing_id uuid, p_reason text, p_comment text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_listing public.listings;
  v_is_blocked boolean := (select u.is_blocked from public.accounts u where u.id = p_user_id);
begin
  -- The listing before its queue item, the lock order of all changes.
  select l.* into v_listing from public.listings l where l.id = p_listing_id for no key update;
  if v_is_blocked is null then
    return '{"reason": "authentication_required"}';
  elsif v_is_blocked then
    return '{"reason": "account_blocked"}';
  elsif private.shows_listing(v_listing, p_user_id) is not true then
    return '{"reason": "not_found"}';
  elsif private.edits_listing(v_listing, p_user_id) then
    return '{"reason": "forbidden"}';
  end if;
  insert into public.reports (reporter_id, target_type, target_id, reported_user_id, reason, comment)
  values (p_user_id, 'listing', p_listing_id, v_listing.seller_user_id, p_reason, p_comment)
  on conflict do nothing;
  return pg_catalog.jsonb_build_object('id', p_listing_id);
end;
$$;
comment on function public.listing_report(uuid, uuid, text, text) is
  'Reports a listing, once per user: {id}. Restarts the check with high priority, urgent from the third report on; '
  'leaves the listing as it is. Reasons: not_found, forbidden (one''s own), account_blocked, authentication_required.';

-- A report through REST must name an existing subject, visible to the reporter and not the reporter's own.

create function private.reported_user(p_type text, p_id uuid) returns uuid
language plpgsql stable security definer set search_path = '' as $$
begin
  return case p_type
    when 'user' then (select u.id from public.accounts u where u.id = p_id)
    when 'listing' then (
      select l.seller_user_id from public.listings l where l.id = p_id and private.may_see_listing(p_listing_id => l.id))
    when 'business' then (select b.user_id from public.business_accounts b where b.id = p_id and b.deleted_at is null)
    when 'message' then (
      select m.sender_id from public.chat_messages m join public.chat_threads t on t.id = m.thread_id
      where m.id = p_id and (select auth.uid()) in (t.buyer_id, t.seller_id))
    when 'comment' then (
      select c.user_id from public.comments c where c.id = p_id and private.may_see_comment(p_comment_id => c.id))
  end;
end;
$$;
comment on function private.reported_user(text, uuid) is
  'Returns the user behind a reported subject; null when it does not exist or the caller may not see it.';

create function private.know_report_target() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- The app sends the category of a listing.
  if new.target_type in ('car', 'horse', 'real_estate') then
    new.target_type := 'listing';
  end if;
  new.reported_user_id := private.reported_user(p_type => new.target_type, p_id => new.target_id);
  if coalesce(new.reported_user_id = new.reporter_id, true) then
    raise exception 'nothing to report here' using errcode = '42501';
  end if;
  return new;
end;
$$;
comment on function private.know_report_target() is 'Trigger: applies the backend''s rules to a report through REST.';
create trigger reports_know_target before insert on public.reports
  for each row when (private.is_rest_user()) execute function private.know_report_target();

create function private.act_on_report() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.target_type = 'listing' then
    perform private.queue_report(p_listing_id => new.target_id, p_reason => new.reason);
  elsif (select pg_catalog.count(*) from public.reports r
      where r.target_type = 'comment' and r.target_id = new.target_id and r.status = 'pending') >= 3 then
    update public.comments c set is_hidden = true where c.id = new.target_id and not c.is_hidden;
  end if;
  return null;
end;
$$;
comment on function private.act_on_report() is
  'Trigger: raises the check of a reported listing. Hides a comment after its third pending report until a moderator '
  'decides.';
create trigger reports_act after insert on public.reports
  for each row when (new.target_type in ('listing', 'comment')) execute function private.act_on_report();

revoke execute on function public.listing_report(uuid, uuid, text, text) from public, anon, authenticated;
grant execute on function public.listing_report(uuid, uuid, text, text) to service_role;
revoke execute on function private.reported_user(text, uuid), private.know_report_target(), private.act_on_report()
  from public, anon, authenticated;

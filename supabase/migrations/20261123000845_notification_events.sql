-- Events that cause notifications, each in the transaction of its event: moderation, reports, videos, the life of a listing.

create function private.notify_of_decision() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.enqueue_notification(l.seller_user_id, case new.action when 'approve' then 'moderation_approved' else 'moderation_rejected' end,
    'moderation:' || l.id || ':' || new.id, pg_catalog.jsonb_build_object('listing_id', l.id, 'listing', l.title, 'reason', new.reason))
  from public.listings l where l.id = new.listing_id and l.deleted_at is null;
  return null;
end;
$$;
comment on function private.notify_of_decision() is 'Trigger: notifies the seller of a moderation decision, with its reason.';
create trigger moderation_events_notify after insert on public.moderation_events
  for each row when (new.action in ('approve', 'reject')) execute function private.notify_of_decision();

create function private.notify_of_reports() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.enqueue_notifications('report_' || r.status, pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'user_id', r.reporter_id, 'about', 'report:' || r.id, 'values', pg_catalog.jsonb_build_object('report_id', r.id))))
  from decided r join pending p on p.id = r.id
  where p.status = 'pending' and r.status in ('upheld', 'dismissed') group by r.status;
  return null;
end;
$$;
comment on function private.notify_of_reports() is 'Trigger per statement: notifies the authors of decided reports.';
create trigger reports_notify after update on public.reports referencing old table as pending new table as decided
  for each statement execute function private.notify_of_reports();

create function private.notify_of_video() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.enqueue_notification(new.owner_user_id, 'video_' || new.state, 'video:' || new.id || ':' || new.state,
    pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('video_id', new.id, 'listing_id', coalesce(old.next_listing_id, old.listing_id),
      'listing', coalesce((select l.title from public.listings l where l.id = coalesce(old.next_listing_id, old.listing_id)), '360Auto'))));
  return null;
end;
$$;
comment on function private.notify_of_video() is
  'Trigger: notifies the owner when an uploaded video plays, or has failed. A video removed by its owner causes no notification.';
create trigger videos_notify after update on public.videos for each row
  when (new.state in ('ready', 'failed') and old.state in ('awaiting_upload', 'uploading', 'processing') and old.delete_requested_at is null
    and old.provider_video_id is not null)
  execute function private.notify_of_video();

create table public.listing_notices (
  id uuid primary key default gen_random_uuid(),
  listing_id uuid not null references public.listings (id) on delete cascade,
  kind text not null check (kind in ('listing_expiring', 'listing_expired', 'listing_removed')),
  due_at timestamptz not null,
  created_at timestamptz not null default now(),
  unique (listing_id, kind, due_at)
);
comment on table public.listing_notices is 'Notifications of a seller about the end of a listing, once per date of it.';
alter table public.listing_notices enable row level security;
grant all on public.listing_notices to service_role;

create function private.notify_of_listings(p_kind text, p_ids uuid[]) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_told integer;
begin
  with fresh as (
    insert into public.listing_notices (listing_id, kind, due_at)
    select l.id, p_kind, coalesce(case p_kind when 'listing_removed' then l.delete_at else l.expires_at end, pg_catalog.now())
    from public.listings l where l.id = any (p_ids)
    on conflict (listing_id, kind, due_at) do nothing returning id, listing_id, due_at
  ), sellers as (
    select l.seller_user_id, u.language, pg_catalog.count(*) as listings, min(f.due_at) as until, min(f.id::text) as first_id,
      (pg_catalog.array_agg(l.title order by f.due_at, l.id))[1] as title, (pg_catalog.array_agg(l.id order by f.due_at, l.id))[1] as listing_id
    from fresh f join public.listings l on l.id = f.listing_id join public.accounts u on u.id = l.seller_user_id
    group by l.seller_user_id, u.language
  )
  select private.enqueue_notifications(p_kind, pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('user_id', s.seller_user_id,
    'about', 'expiry:' || s.first_id, 'values', pg_catalog.jsonb_build_object('until', s.until, 'listings', s.listings, 'listing_id', s.listing_id,
      'listing', case when s.listings = 1 then s.title else s.title || (array[' и ещё ', ' жана дагы ', ' and more: '])[private.language_place(s.language)]
        || s.listings - 1 end)))) into v_told
  from sellers s;
  return coalesce(v_told, 0);
end;
$$;
comment on function private.notify_of_listings(text, uuid[]) is
  'Notifies sellers that listings expire soon (listing_expiring), have expired (listing_expired), or were removed after their sale '
  '(listing_removed): one notification per seller, and none about the same date twice. Returns their number.';

create function private.notify_of_expiring_listings(p_limit integer) returns integer
language plpgsql volatile set search_path = '' as $$
begin
  return private.notify_of_listings('listing_expiring', array(
    select l.id from public.listings l
    where l.status = 'active' and l.deleted_at is null and l.expires_at > pg_catalog.now() and l.expires_at <= pg_catalog.now() + interval '3 days'
      and not exists (select from public.listing_notices n
        where n.listing_id = l.id and n.kind = 'listing_expiring' and n.due_at = l.expires_at)
    order by l.seller_user_id, l.id limit p_limit));
end;
$$;
comment on function private.notify_of_expiring_listings(integer) is
  'Notifies the sellers of up to p_limit listings that expire within three days; returns the number of sellers.';

create function private.sweep_pushes(p_limit integer) returns table (kind text, removed integer)
language plpgsql volatile set search_path = '' as $$
begin
  delete from public.pushes p where p.id in (select x.id from public.pushes x
    where x.created_at < pg_catalog.now() - interval '30 days' limit p_limit for update skip locked);
  kind := 'pushes'; get diagnostics removed = row_count; return next;
  delete from public.listing_notices n where n.id in (select x.id from public.listing_notices x
    where x.due_at < pg_catalog.now() - interval '200 days' limit p_limit);
  kind := 'listing_notices'; get diagnostics removed = row_count; return next;
  delete from public.notification_fanouts f where f.id in (select x.id from public.notification_fanouts x
    where x.state = 'done' and x.updated_at < pg_catalog.now() - interval '30 days' limit p_limit for update skip locked);
  kind := 'fanouts'; get diagnostics removed = row_count; return next;
  kind := 'expiring_listings'; removed := private.notify_of_expiring_listings(p_limit => p_limit); return next;
end;
$$;
comment on function private.sweep_pushes(integer) is
  'Deletes pushes and finished fan-outs after 30 days, notices about listings after 200; notifies sellers of listings that expire soon.';

revoke execute on function private.notify_of_decision(), private.notify_of_reports(), private.notify_of_video() from public, anon, authenticated;
revoke execute on function private.notify_of_listings(text, uuid[]), private.notify_of_expiring_listings(integer),
  private.sweep_pushes(integer) from public, anon, authenticated;
grant execute on function private.notify_of_listings(text, uuid[]), private.notify_of_expiring_listings(integer),
  private.sweep_pushes(integer) to service_role;

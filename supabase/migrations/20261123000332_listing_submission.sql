-- Submission of new and changed listings to moderation, before and after they are shown.

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
  'changes only while a listing is shown, waits, or is yet to be submitted: a sold one would return unchecked.';

create function private.submit(p_listing_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.moderation_queue as q (listing_id, submitted_at) values (p_listing_id, pg_catalog.now())
  on conflict (listing_id) do update set
    status = case when q.status = 'escalated' then q.status else 'pending' end,
    submitted_at = pg_catalog.now(), started_at = null, completed_at = null, assigned_to = null, reason = null,
    version = q.version + 1
    -- The time of the transaction: several statements of one change are one submission.
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

-- A new video or another picture is submitted by the function that attaches it: a transfer to another provider must not queue a
-- listing. A price is not content.
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

revoke execute on function private.keep_checked(), private.queue_for_moderation() from public, anon, authenticated;
revoke execute on function private.submit(uuid), private.resubmit(uuid) from public, anon, authenticated;
grant execute on function private.submit(uuid), private.resubmit(uuid) to service_role;

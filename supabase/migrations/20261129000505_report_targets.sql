-- A report past the backend names something that exists, is not the reporter's own, and that the reporter may see.

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
  'The person behind a thing that the caller reports; null where there is no such thing, or the caller may not see it.';

create function private.know_report_target() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- The app names the category of a listing.
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
comment on function private.know_report_target() is 'Trigger: a report through REST follows the rules of the backend''s own.';

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
  'Trigger: a report of a listing raises its check. The third pending report of a comment hides it until a moderator decides.';
create trigger reports_act after insert on public.reports
  for each row when (new.target_type in ('listing', 'comment')) execute function private.act_on_report();

revoke execute on function private.reported_user(text, uuid), private.know_report_target(), private.act_on_report()
  from public, anon, authenticated;
create trigger reports_know_target before insert on public.reports
  for each row when (private.is_rest_user()) execute function private.know_report_target();

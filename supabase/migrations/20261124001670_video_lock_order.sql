-- Videos are locked before their tickets everywhere, and an upload that two people claim at once is one's alone.

create or replace function private.take_ticket(p_seller_id uuid, p_listing_id uuid, p_video_id text) returns public.videos
language plpgsql volatile set search_path = '' as $$
declare
  v_ticket public.upload_tickets;
  v_video public.videos;
begin
  if private.as_uuid(p_video_id) is not null or private.is_shown_by_another(p_video_id, p_listing_id) then
    return null;
  end if;
  select t.* into v_ticket from public.upload_tickets t join public.videos v on v.id = t.video_id
  where t.provider = 'api_video' and t.state = 'issued' and (t.listing_id is null or t.listing_id = p_listing_id)
    and v.owner_user_id = p_seller_id and v.provider_video_id is null and v.delete_requested_at is null
  order by t.created_at desc limit 1 for update of v, t skip locked;
  if v_ticket.id is not null then
    update public.videos v set provider_video_id = p_video_id, state = 'processing', next_check_at = pg_catalog.now()
    where v.id = v_ticket.video_id returning * into v_video;
    update public.upload_tickets t set state = 'used', used_at = pg_catalog.now() where t.id = v_ticket.id;
  end if;
  return v_video;
exception when unique_violation then
  return null;
end;
$$;

create or replace function public.upload_ticket_issued(p_ticket_id uuid, p_provider_ticket text, p_provider_video_id text)
returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_ticket public.upload_tickets;
begin
  perform 1 from public.videos v
  where v.id = (select t.video_id from public.upload_tickets t where t.id = p_ticket_id) for update;
  select t.* into v_ticket from public.upload_tickets t where t.id = p_ticket_id for update;
  if v_ticket.id is null or v_ticket.state <> 'issued' then
    return '{"reason": "upload_ticket_over"}';
  end if;
  if v_ticket.provider_ticket is null then
    update public.videos v set provider_video_id = p_provider_video_id where v.id = v_ticket.video_id;
    update public.upload_tickets t set provider_ticket = p_provider_ticket where t.id = p_ticket_id
    returning * into v_ticket;
  end if;
  return private.ticket_view(v_ticket);
end;
$$;

create or replace function public.upload_ticket_abandon(p_ticket_id uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_video_id uuid := (select t.video_id from public.upload_tickets t where t.id = p_ticket_id);
begin
  perform 1 from public.videos v where v.id = v_video_id for update;
  update public.upload_tickets t set state = 'canceled', idempotency_key = null
  where t.id = p_ticket_id and t.state = 'issued' and t.provider_ticket is null;
  if found then
    update public.videos v set state = 'deleted', deleted_at = pg_catalog.now(), delete_requested_at = pg_catalog.now()
    where v.id = v_video_id and v.provider_video_id is null;
  end if;
end;
$$;

create or replace function public.upload_tickets_end() returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_ended integer;
begin
  -- A token ends by itself; its upload may be told of for a day after that: people fill in a form meanwhile.
  with due as (
    select t.id, t.video_id from public.upload_tickets t join public.videos v on v.id = t.video_id
    where t.provider = 'api_video' and t.state = 'issued' and v.provider_video_id is null
      and t.expires_at <= pg_catalog.now() - interval '1 day'
    limit 1000 for update of v, t skip locked
  ), ended as (
    update public.upload_tickets t set state = 'expired', idempotency_key = null from due where t.id = due.id
    returning t.video_id
  )
  update public.videos v set state = 'deleted', deleted_at = pg_catalog.now(), delete_requested_at = pg_catalog.now(),
    next_listing_id = null
  from ended where v.id = ended.video_id;
  get diagnostics v_ended = row_count;
  return v_ended;
end;
$$;

create or replace function public.video_uploaded(p_user_id uuid, p_video_id uuid, p_provider_video_id text, p_found jsonb,
  p_api_url text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_video public.videos := private.lock_video(p_video_id);
  v_ticket public.upload_tickets;
  v_state text;
begin
  select t.* into v_ticket from public.upload_tickets t where t.video_id = p_video_id for update;
  if v_video.id is null or v_ticket.id is null or p_user_id not in (v_ticket.user_id, v_video.owner_user_id) then
    return '{"reason": "not_found"}';
  elsif v_video.delete_requested_at is not null or v_video.deleted_at is not null
      or v_ticket.state not in ('issued', 'used') then
    return '{"reason": "upload_ticket_over"}';
  elsif coalesce(v_video.provider_video_id, p_provider_video_id) <> p_provider_video_id then
    return '{"reason": "video_unavailable"}';
  elsif private.upload_excess(v_video, p_found) = 'not_of_this_ticket' then
    return '{"reason": "video_unavailable"}';
  end if;
  begin
    -- The index over suppliers' ids lets one of several claims through.
    update public.videos v set provider_video_id = p_provider_video_id where v.id = p_video_id returning * into v_video;
  exception when unique_violation then
    return '{"reason": "video_unavailable"}';
  end;
  update public.upload_tickets t set state = 'used', used_at = coalesce(t.used_at, pg_catalog.now())
  where t.id = v_ticket.id;
  v_state := private.observe_video(v_video, p_found, p_api_url);
  if v_state = 'failed' and exists (
      select from public.videos v where v.id = p_video_id and v.delete_requested_at is not null) then
    return pg_catalog.jsonb_build_object('reason', 'upload_too_large', 'revoke', v_ticket.provider_ticket);
  end if;
  if v_ticket.listing_id is not null then
    perform private.attach_video(v_ticket.listing_id, p_video_id::text);
    perform private.show_video(v, p_api_url) from public.videos v where v.id = p_video_id;
  end if;
  return (select pg_catalog.jsonb_build_object('id', v.id, 'state', v.state, 'revoke', v_ticket.provider_ticket)
    from public.videos v where v.id = p_video_id);
end;
$$;

create or replace function private.lock_video(p_video_id uuid) returns public.videos
language plpgsql volatile set search_path = '' as $$
declare
  v_listings uuid[];
  v_video public.videos;
begin
  for v_try in 1..20 loop
    begin
      v_listings := array(
        select v.listing_id from public.videos v where v.id = p_video_id and v.listing_id is not null
        union select v.next_listing_id from public.videos v where v.id = p_video_id and v.next_listing_id is not null
        union select t.listing_id from public.upload_tickets t
        where t.video_id = p_video_id and t.listing_id is not null);
      perform 1 from public.listings l where l.id = any (v_listings) order by l.id for no key update;
      select v.* into v_video from public.videos v where v.id = p_video_id for update;
      if not pg_catalog.array_remove(array[v_video.listing_id, v_video.next_listing_id], null) <@ v_listings then
        -- It was given to a listing meanwhile. What is locked is let go with the block, and locked anew in its order.
        raise exception 'given to another listing' using errcode = 'A3601';
      end if;
      return v_video;
    exception when sqlstate 'A3601' then
      null;
    end;
  end loop;
  raise exception 'the listing of a video changes without end';
end;
$$;
comment on function private.lock_video(uuid) is
  'A video with the listings that show it, will show it, or are to get it, locked in the order in which everybody locks '
  'them: listings first.';

create or replace function private.attach_video(p_listing_id uuid, p_video_id text) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_seller uuid := (select l.seller_user_id from public.listings l where l.id = p_listing_id);
  v_video public.videos := private.named_video(p_video_id);
begin
  if v_video.id is null then
    v_video := private.take_ticket(v_seller, p_listing_id, p_video_id);
  end if;
  if v_video.id is null or v_video.owner_user_id <> v_seller or v_video.listing_id <> p_listing_id
      or v_video.next_listing_id <> p_listing_id
      or v_video.delete_requested_at is not null or v_video.deleted_at is not null then
    return false;
  elsif v_video.listing_id = p_listing_id then
    -- The app sends with every change what it has read.
    return true;
  elsif v_video.state = 'failed' then
    return false;
  elsif v_video.state <> 'ready' and exists (select from public.videos v
      where v.listing_id = p_listing_id and v.state = 'ready'
        and v.delete_requested_at is null and v.deleted_at is null) then
    update public.videos v set next_listing_id = null, delete_requested_at = pg_catalog.now()
    where v.next_listing_id = p_listing_id and v.id <> v_video.id and v.delete_requested_at is null;
    update public.videos v set next_listing_id = p_listing_id where v.id = v_video.id;
    return true;
  end if;
  v_video := private.place_video(v_video.id, p_listing_id);
  update public.listings l set video_provider = v_video.provider,
    video_id = case v_video.provider when 'api_video' then v_video.provider_video_id end,
    video_status = case v_video.state when 'awaiting_upload' then 'uploading' else v_video.state end,
    video_url = coalesce(v_video.lasting_hls_url, l.video_url),
    video_player_url = coalesce(v_video.lasting_player_url, l.video_player_url),
    video_thumbnail_url = coalesce(v_video.lasting_thumbnail_url, l.video_thumbnail_url),
    thumbnail_url = case when l.thumbnail_url = l.video_thumbnail_url
      then coalesce(v_video.lasting_thumbnail_url, l.thumbnail_url) else l.thumbnail_url end
  where l.id = p_listing_id;
  return true;
end;
$$;

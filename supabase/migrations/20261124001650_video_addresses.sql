-- Addresses of videos that are brought up to date in the background: of the time before, and after a change of the domain.

create index listings_own_address_idx on public.listings (video_url collate "C")
  where video_provider = 'yandex' and deleted_at is null;
create index videos_unchecked_idx on public.videos (next_check_at)
  where provider = 'api_video' and state = 'ready' and checks = 0;

create function public.videos_readdress(p_api_url text, p_limit integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  -- The addresses that begin with it are those up to the next character after its last one, the slash.
  v_begin constant text := p_api_url || '/video/';
  v_end constant text := p_api_url || '/video0';
  v_video public.videos;
  v_changed integer := 0;
begin
  for v_video in
    select v.* from public.listings l
    join public.videos v on v.listing_id = l.id and v.delete_requested_at is null and v.deleted_at is null
    where l.video_provider = 'yandex' and l.deleted_at is null and v.state = 'ready' and (l.video_url is null
      or l.video_url collate "C" < v_begin or l.video_url collate "C" >= v_end)
    order by l.id limit p_limit for update of l skip locked
  loop
    perform private.show_video(v_video, p_api_url);
    v_changed := v_changed + 1;
  end loop;
  return v_changed;
end;
$$;
comment on function public.videos_readdress(text, integer) is
  'Lets listings whose video is at Yandex lead to our present address. Gives how many were changed; call again while there are some.';

create function public.videos_unchecked(p_limit integer, p_lease_seconds integer) returns jsonb
language sql volatile set search_path = '' as $$
  with due as (
    select v.id from public.videos v
    where v.provider = 'api_video' and v.state = 'ready' and v.checks = 0 and v.next_check_at <= pg_catalog.now()
      and v.delete_requested_at is null and v.deleted_at is null
    order by v.next_check_at limit p_limit for update skip locked
  ), held as (
    update public.videos v set next_check_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_lease_seconds)
    from due where v.id = due.id returning v.id, v.provider, v.provider_video_id
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(held)), '[]') from held;
$$;
comment on function public.videos_unchecked(integer, integer) is
  'Videos at api.video that were taken for ready without asking: [{id, provider, provider_video_id}]. Few at a time, since '
  'the calls of a minute are shared with people who watch.';

revoke execute on function public.videos_readdress(text, integer), public.videos_unchecked(integer, integer)
  from public, anon, authenticated;
grant execute on function public.videos_readdress(text, integer), public.videos_unchecked(integer, integer)
  to service_role;

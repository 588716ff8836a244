-- A video's lasting addresses are those of its present place: they go with the switch and come back with the rollback.

create or replace function public.video_migration_switch(p_id uuid, p_holder text, p_place jsonb, p_fallback_days integer,
  p_confirm_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := (select m from public.video_migrations m where m.id = p_id);
  v_listings uuid[] := private.lock_showing_listings(v_entry);
  v_video public.videos;
  v_answer jsonb;
begin
  select v.* into v_video from public.videos v where v.id = v_entry.video_id for update;
  v_entry := private.held_migration(p_id, p_holder);
  v_answer := private.step_check(v_entry, array['ready']);
  if v_answer is not null then
    return v_answer;
  end if;
  update public.video_migrations m set state = 'switched', switched_at = pg_catalog.now(),
    previous_place = pg_catalog.jsonb_build_object('shown_at', p_place,
      'video', pg_catalog.jsonb_build_object('lasting_hls_url', v_video.lasting_hls_url,
        'lasting_player_url', v_video.lasting_player_url, 'lasting_thumbnail_url', v_video.lasting_thumbnail_url),
      'listings', (
        select coalesce(pg_catalog.jsonb_agg(private.video_fields(l) order by l.id), '[]') from public.listings l
        where l.id = any (v_listings) and l.video_id = v_entry.source_video_id)),
    next_try_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_confirm_seconds),
    attempts = 0, upload_url = null, lease_holder = null, lease_until = null
  where m.id = p_id;
  perform private.point_listings(v_entry, v_listings, p_place);
  update public.videos v set provider = v_entry.target_provider, provider_video_id = v_entry.target_video_id,
    lasting_hls_url = null, lasting_player_url = null, lasting_thumbnail_url = null, gone_at = null,
    fallback_provider = v_entry.source_provider, fallback_video_id = v_entry.source_video_id,
    fallback_until = pg_catalog.now() + pg_catalog.make_interval(days => p_fallback_days),
    bytes = coalesce(v_entry.bytes_total, v.bytes),
    duration_seconds = coalesce(v_entry.target_duration_seconds, v.duration_seconds), version = v.version + 1
  where v.id = v_entry.video_id;
  return '{"outcome": "ok"}';
end;
$$;

create or replace function private.roll_back(p_id uuid, p_reason text, p_keep_days integer) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_entry public.video_migrations := (select m from public.video_migrations m where m.id = p_id);
begin
  perform 1 from public.listings l
  where l.id = v_entry.listing_id
    or l.id in (select (o.value ->> 'id')::uuid from pg_catalog.jsonb_array_elements(v_entry.previous_place -> 'listings') as o)
  order by l.id for no key update;
  perform 1 from public.videos v where v.id = v_entry.video_id for update;
  select m.* into v_entry from public.video_migrations m where m.id = p_id for update;
  if v_entry.state in ('rolled_back', 'skipped') then
    return 'nothing_to_do';
  elsif v_entry.source_release_started_at is not null then
    return 'source_released';
  end if;
  if v_entry.switched_at is not null then
    perform private.point_back(v_entry);
    update public.videos v set provider = v_entry.source_provider, provider_video_id = v_entry.source_video_id,
      lasting_hls_url = v_entry.previous_place -> 'video' ->> 'lasting_hls_url',
      lasting_player_url = v_entry.previous_place -> 'video' ->> 'lasting_player_url',
      lasting_thumbnail_url = v_entry.previous_place -> 'video' ->> 'lasting_thumbnail_url', gone_at = null,
      fallback_provider = null, fallback_video_id = null, fallback_until = null, version = v.version + 1
    where v.id = v_entry.video_id and v.provider = v_entry.target_provider
      and v.provider_video_id = v_entry.target_video_id and v.deleted_at is null;
  end if;
  update public.video_migrations m set state = 'rolled_back', rolled_back_at = pg_catalog.now(),
    failed_state = null, failure_kind = null, failure_reason = p_reason, next_try_at = null, source_release_after = null,
    lease_holder = null, lease_until = null,
    target_release_after = case when m.target_requested_at is not null
      then pg_catalog.now() + pg_catalog.make_interval(days => p_keep_days) end
  where m.id = p_id;
  return 'rolled_back';
end;
$$;

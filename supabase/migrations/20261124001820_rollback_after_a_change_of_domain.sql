-- Our addresses of videos may have changed their domain since the switch: the id in them tells that they are the video's.

create or replace function private.point_back(p_migration public.video_migrations) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_back integer;
begin
  -- A listing that shows something else by now is left alone.
  update public.listings l set video_id = old.video_id, video_provider = old.video_provider,
    video_status = old.video_status, video_url = old.video_url, video_player_url = old.video_player_url,
    video_thumbnail_url = old.video_thumbnail_url,
    thumbnail_url = case when l.thumbnail_url is not distinct from l.video_thumbnail_url then old.thumbnail_url
      else l.thumbnail_url end
  from pg_catalog.jsonb_populate_recordset(null::public.listings, p_migration.previous_place -> 'listings') as old
  where l.id = old.id and l.video_provider = p_migration.target_provider and l.video_id is null
    and (l.video_url is not distinct from p_migration.previous_place -> 'shown_at' ->> 'video_url'
      or pg_catalog.strpos(l.video_url, '/video/' || p_migration.video_id || '/') > 0);
  get diagnostics v_back = row_count;
  return v_back;
end;
$$;

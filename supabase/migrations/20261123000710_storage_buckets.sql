-- Buckets with size and type limits (audit 1.3), and who may write where.
-- No SVG: it can carry script, and logos are served from our own address.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
  ('avatars', 'avatars', true, 5 * 1024 * 1024, array['image/jpeg', 'image/png', 'image/webp']),
  ('listings-thumbnails', 'listings-thumbnails', true, 2 * 1024 * 1024, array['image/jpeg', 'image/png', 'image/webp']),
  ('listings-videos', 'listings-videos', true, 100 * 1024 * 1024, array['video/mp4', 'video/quicktime']),
  ('business-logos', 'business-logos', true, 1024 * 1024, array['image/jpeg', 'image/png', 'image/webp']),
  ('documents', 'documents', false, 10 * 1024 * 1024, array[
    'application/pdf', 'application/msword',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document'])
on conflict (id) do update set
  public = excluded.public, file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types;

create function private.most_files(p_bucket text) returns integer
language sql immutable set search_path = '' as $$
  select case p_bucket when 'avatars' then 100 when 'listings-thumbnails' then 500 else 20 end;
$$;
comment on function private.most_files(text) is
  'How many files one user may keep in a bucket. The app stores each new avatar under a new name and deletes none.';

create function private.files_kept(p_bucket text, p_folder text) returns integer
language sql volatile security definer set search_path = '' as $$
  -- By the bytes of the name, for which Storage has an index; "0" follows "/". Counts no further than it has to.
  select pg_catalog.count(*)::integer from (
    select from storage.objects o
    where o.bucket_id = p_bucket and o.name collate "C" >= p_folder || '/' and o.name collate "C" < p_folder || '0'
    limit private.most_files(p_bucket) + 1) as kept;
$$;
comment on function private.files_kept(text, text) is 'How many files lie in the folder, up to one more than a user may keep.';

create function private.may_store(p_bucket text, p_name text) returns boolean
language sql volatile security definer set search_path = '' as $$
  select pg_catalog.char_length(p_name) <= 300 and (storage.foldername(p_name))[1] = (select auth.uid())::text
    -- A client or a CDN would read a/../b as b: a name that leads into another folder.
    and p_name !~ '(^|/)[.][.]?(/|$)'
    and p_bucket in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (private.files_kept(p_bucket, (select auth.uid())::text) < private.most_files(p_bucket)
      or exists (select from storage.objects o where o.bucket_id = p_bucket and o.name = p_name));
$$;
comment on function private.may_store(text, text) is
  'The caller may add or replace this file: in the own folder, and not beyond the number of files. Storage checks it before '
  'it accepts the bytes.';

create function private.limit_files() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_folder text := (storage.foldername(new.name))[1];
begin
  -- One after the other per folder: files that arrive together are counted together.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(new.bucket_id || '/' || v_folder, 360));
  if private.files_kept(new.bucket_id, v_folder) > private.most_files(new.bucket_id) then
    raise exception 'too many files in this folder' using errcode = '42501';
  end if;
  return null;
end;
$$;
comment on function private.limit_files() is
  'Trigger: the number of files holds also for parallel uploads, whose rows Storage writes with its own rights.';
revoke execute on function private.files_kept(text, text), private.limit_files() from public, anon, authenticated;
grant execute on function private.most_files(text), private.may_store(text, text) to authenticated, service_role;
create trigger auto360_limit_files after insert or update of bucket_id, name on storage.objects
  for each row when (new.owner_id is not null or private.is_rest_user()) execute function private.limit_files();

-- The first folder of a name is the user's id. Files of public buckets are read by their public address, which asks
-- no policy; a policy that let everybody select would let everybody list the bucket. Replacing a file needs select.
create policy own_folder_select on storage.objects for select to authenticated
  using (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy own_folder_insert on storage.objects for insert to authenticated
  with check (private.may_store(bucket_id, name)
    and coalesce(pg_column_size(metadata), 0) + coalesce(pg_column_size(user_metadata), 0) <= 4096);
create policy own_folder_update on storage.objects for update to authenticated
  using (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text)
  with check (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text and char_length(name) <= 300
    and name !~ '(^|/)[.][.]?(/|$)'
    and coalesce(pg_column_size(metadata), 0) + coalesce(pg_column_size(user_metadata), 0) <= 4096);
create policy own_folder_delete on storage.objects for delete to authenticated
  using (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text);

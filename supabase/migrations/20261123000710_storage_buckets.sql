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

-- The first folder of a name is the user's id. Files of public buckets are read by their public address, which asks
-- no policy; a policy that let everybody select would let everybody list the bucket. Replacing a file needs select.
create policy own_folder_select on storage.objects for select to authenticated
  using (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy own_folder_insert on storage.objects for insert to authenticated
  with check (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy own_folder_update on storage.objects for update to authenticated
  using (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text)
  with check (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy own_folder_delete on storage.objects for delete to authenticated
  using (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text);

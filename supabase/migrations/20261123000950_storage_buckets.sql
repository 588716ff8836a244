-- Buckets with size and type limits (docs/reference/limits.md, 1.3), their policies, and allowed addresses of pictures.
-- No SVG: it can contain scripts, and logos are served from our own address.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
  ('avatars', 'avatars', true, 5 * 1024 * 1024, array['image/jpeg', 'image/png', 'image/webp']),
  ('listings-thumbnails', 'listings-thumbnails', true, 2 * 1024 * 1024, array['image/jpeg', 'image/png', 'image/webp']),
  ('listings-videos', 'listings-videos', true, 100 * 1024 * 1024, array['video/mp4', 'video/quicktime']),
  ('business-logos', 'business-logos', true, 1024 * 1024, array['image/jpeg', 'image/png', 'image/webp']),
  -- Written by the backend alone: no policy below opens it to users.
  ('pictures', 'pictures', true, 3 * 1024 * 1024, array['image/jpeg', 'image/webp']),
  ('documents', 'documents', false, 10 * 1024 * 1024, array[
    'application/pdf', 'application/msword',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document'])
on conflict (id) do update set
  public = excluded.public, file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types;

create function private.max_files(p_bucket text) returns integer
language sql immutable set search_path = '' as $$
  select case p_bucket when 'avatars' then 100 when 'listings-thumbnails' then 500 else 20 end;
$$;
comment on function private.max_files(text) is
  'Returns the number of files per user and bucket. The app stores each new avatar under a new name and deletes '
  'none.';

create function private.files_kept(p_bucket text, p_folder text) returns integer
language sql volatile security definer set search_path = '' as $$
  -- By the bytes of the name, for which Storage has an index; "0" follows "/". Stops counting at the limit.
  select pg_catalog.count(*)::integer from (
    select from storage.objects o
    where o.bucket_id = p_bucket and o.name collate "C" >= p_folder || '/' and o.name collate "C" < p_folder || '0'
    limit private.max_files(p_bucket) + 1) as kept;
$$;
comment on function private.files_kept(text, text) is
  'Counts files in the folder, up to one more than a user may keep.';

create function private.may_store(p_bucket text, p_name text) returns boolean
language sql volatile security definer set search_path = '' as $$
  select pg_catalog.char_length(p_name) <= 300 and (storage.foldername(p_name))[1] = (select auth.uid())::text
    -- A client or a CDN would read a/../b as b: a name in another folder.
    and p_name !~ '(^|/)[.][.]?(/|$)'
    -- Pictures come through the API, which publishes re-encoded files only. The app in the shops stores
    -- avatars only this way; they are cleaned in place.
    and p_bucket in ('avatars', 'listings-videos', 'documents')
    and (private.files_kept(p_bucket, (select auth.uid())::text) < private.max_files(p_bucket)
      or exists (select from storage.objects o where o.bucket_id = p_bucket and o.name = p_name));
$$;
comment on function private.may_store(text, text) is
  'Returns true when the caller may add or replace this file: in the caller''s own folder, within the number of '
  'files. Storage checks it before it accepts the bytes.';

create function private.limit_files() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_folder text := (storage.foldername(new.name))[1];
begin
  -- Serialised per folder, so that parallel files are counted together.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(new.bucket_id || '/' || v_folder, 360));
  if private.files_kept(new.bucket_id, v_folder) > private.max_files(new.bucket_id) then
    raise exception 'too many files in this folder' using errcode = '42501';
  end if;
  return null;
end;
$$;
comment on function private.limit_files() is
  'Trigger: applies the limit of files to parallel uploads as well, whose rows Storage writes with its own rights.';
create trigger auto360_limit_files after insert or update of bucket_id, name on storage.objects
  for each row when (new.owner_id is not null or private.is_rest_user()) execute function private.limit_files();

-- The first folder of a name is the user's id. Files of public buckets are read by their public address, which checks
-- no policy; a policy that let everybody select would also allow everybody to list the bucket. Replacing a file needs select.
create policy own_folder_select on storage.objects for select to authenticated
  using (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text);
create policy own_folder_insert on storage.objects for insert to authenticated
  with check (private.may_store(bucket_id, name)
    and coalesce(pg_column_size(metadata), 0) + coalesce(pg_column_size(user_metadata), 0) <= 4096);
create policy own_folder_update on storage.objects for update to authenticated
  using (bucket_id in ('avatars', 'listings-videos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text)
  with check (bucket_id in ('avatars', 'listings-videos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text and char_length(name) <= 300
    and name !~ '(^|/)[.][.]?(/|$)'
    and coalesce(pg_column_size(metadata), 0) + coalesce(pg_column_size(user_metadata), 0) <= 4096);
create policy own_folder_delete on storage.objects for delete to authenticated
  using (bucket_id in ('avatars', 'listings-thumbnails', 'listings-videos', 'business-logos', 'documents')
    and (storage.foldername(name))[1] = (select auth.uid())::text);

-- Addresses of pictures written through REST must be at places allowed by the backend: in the user's own folder
-- of our storage, or at an allowed host. The backend copies both from its environment to this table every hour.

create table public.image_origins (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('storage', 'pictures', 'host')),
  origin text not null unique check (char_length(origin) between 4 and 300),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.image_origins is
  'Allowed origins of pictures, from the environment of the backend. Empty: no address is accepted.';
comment on column public.image_origins.origin is
  'For storage the address before the name of a bucket, such as https://<project>.supabase.co/storage/v1/object/public/; for pictures the address before the owner''s folder, where a CDN serves them; a host name otherwise.';
create trigger image_origins_touch_updated_at before update on public.image_origins
  for each row execute function private.touch_updated_at();
alter table public.image_origins enable row level security;
grant all on public.image_origins to service_role;

create function public.image_origins_set(p_storage text, p_pictures text, p_hosts text[]) returns jsonb
language sql volatile set search_path = '' as $$
  with wanted as (
    select 'storage' as kind, p_storage as origin
    union all select 'pictures', p_pictures where p_pictures is not null
    union all select 'host', h.host from pg_catalog.unnest(p_hosts) as h (host)
  ), removed as (
    delete from public.image_origins o
    where not exists (select from wanted w where w.kind = o.kind and w.origin = o.origin) returning 1
  ), added as (
    insert into public.image_origins (kind, origin) select w.kind, w.origin from wanted w
    on conflict (origin) do nothing returning 1
  )
  select pg_catalog.jsonb_build_object(
    'added', (select pg_catalog.count(*) from added), 'removed', (select pg_catalog.count(*) from removed));
$$;
comment on function public.image_origins_set(text, text, text[]) is
  'Replaces the allowed origins by these: {added, removed}. Idempotent; applied to the next write through REST.';

create function private.is_allowed_picture(p_url text, p_bucket text, p_user_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select pg_catalog.char_length(p_url) <= 2048 and exists (
    select from public.image_origins o
    left join lateral (select f.folder from (values (o.origin || p_bucket || '/', 'storage'),
        (o.origin || 'pictures/', 'storage'), (o.origin, 'pictures')) as f (folder, kind)
      where f.kind = o.kind and pg_catalog.starts_with(p_url, f.folder || p_user_id || '/')) as own on true
    where case when o.kind <> 'host' then own.folder is not null
        and pg_catalog.substr(p_url, pg_catalog.length(own.folder || p_user_id || '/') + 1) collate "C"
          ~ '^([A-Za-z0-9_-]+/){0,4}[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*[.]([jJ][pP][eE]?[gG]|[pP][nN][gG]|[wW][eE][bB][pP])$'
      else p_url ~ '^https://[^/?#]' and p_url !~ '[[:space:][:cntrl:]\\"''<>`{}|^]'
        and (pg_catalog.regexp_match(p_url, '^https://([^/?#]*)'))[1] = o.origin end);
$$;
comment on function private.is_allowed_picture(text, text, uuid) is
  'Applies the rule of the backend''s ImageLinks: a picture in the user''s own folder of the bucket or of the '
  'pictures, or at an allowed host over https.';

create function private.keep_own_picture() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if not private.is_allowed_picture(p_url => new.avatar_url, p_bucket => 'avatars', p_user_id => new.id) then
    raise exception 'a picture lies in the own folder or at an allowed host' using errcode = '23514';
  end if;
  return new;
end;
$$;
comment on function private.keep_own_picture() is
  'Trigger: allows only our pictures as avatars. Another address could run as script, or reveal visitors of the '
  'profile to its owner.';
create trigger accounts_own_picture before insert or update of avatar_url on public.accounts
  for each row when (new.avatar_url is not null and private.is_rest_user()) execute function private.keep_own_picture();

revoke execute on function private.max_files(text), private.may_store(text, text) from public, anon;
grant execute on function private.max_files(text), private.may_store(text, text) to authenticated, service_role;
revoke execute on function private.files_kept(text, text), private.limit_files(),
  private.is_allowed_picture(text, text, uuid), private.keep_own_picture() from public, anon, authenticated;
revoke execute on function public.image_origins_set(text, text, text[]) from public, anon, authenticated;
grant execute on function public.image_origins_set(text, text, text[]) to service_role;

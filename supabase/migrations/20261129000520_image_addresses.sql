-- Addresses of pictures that a user writes through REST lie where the backend lets pictures lie: in the user's own folder
-- of our storage, or at an allowed host. The backend knows both from its environment and repeats them here every hour.

create table public.image_origins (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('storage', 'host')),
  origin text not null unique check (char_length(origin) between 4 and 300),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.image_origins is 'Where pictures may lie, as the environment of the backend says. Empty: no address is accepted.';
comment on column public.image_origins.origin is
  'For storage the address before the name of a bucket, such as https://<project>.supabase.co/storage/v1/object/public/; a host name otherwise.';
create trigger image_origins_touch_updated_at before update on public.image_origins
  for each row execute function private.touch_updated_at();
alter table public.image_origins enable row level security;
grant all on public.image_origins to service_role;

create function public.image_origins_set(p_storage text, p_hosts text[]) returns jsonb
language sql volatile set search_path = '' as $$
  with wanted as (
    select 'storage' as kind, p_storage as origin
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
comment on function public.image_origins_set(text, text[]) is
  'Makes the allowed origins equal to these: {added, removed}. Idempotent; the next write through REST follows them.';

create function private.is_allowed_picture(p_url text, p_bucket text, p_user_id uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select pg_catalog.char_length(p_url) <= 2048 and exists (
    select from public.image_origins o
    where case o.kind
      when 'storage' then pg_catalog.starts_with(p_url, o.origin || p_bucket || '/' || p_user_id || '/')
        and pg_catalog.substr(p_url, pg_catalog.length(o.origin || p_bucket || '/' || p_user_id || '/') + 1) collate "C"
          ~ '^([A-Za-z0-9_-]+/){0,4}[A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*[.]([jJ][pP][eE]?[gG]|[pP][nN][gG]|[wW][eE][bB][pP])$'
      else p_url ~ '^https://[^/?#]' and p_url !~ '[[:space:][:cntrl:]\\"''<>`{}|^]'
        and (pg_catalog.regexp_match(p_url, '^https://([^/?#]*)'))[1] = o.origin end);
$$;
comment on function private.is_allowed_picture(text, text, uuid) is
  'The rule of the backend''s ImageLinks: a picture in the user''s own folder of the bucket, or at an allowed host over https.';

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
  'Trigger: an avatar is a picture of ours. Any other address would run as script, or tell its owner who looks at the profile.';
revoke execute on function public.image_origins_set(text, text[]), private.is_allowed_picture(text, text, uuid),
  private.keep_own_picture() from public, anon, authenticated;
grant execute on function public.image_origins_set(text, text[]) to service_role;
create trigger accounts_own_picture before insert or update of avatar_url on public.accounts
  for each row when (new.avatar_url is not null and private.is_rest_user()) execute function private.keep_own_picture();

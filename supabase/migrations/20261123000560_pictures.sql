-- Pictures: a row per uploaded file, from the permission to upload to the deletion (docs/decisions/0130).

create table public.pictures (
  id uuid primary key default gen_random_uuid(),
  owner_user_id uuid references public.accounts (id) on delete set null,
  purpose text not null check (purpose in ('listing', 'avatar', 'business_logo', 'chat')),
  listing_id uuid references public.listings (id) on delete set null,
  bucket_id text not null check (bucket_id in ('incoming', 'avatars', 'listings-thumbnails', 'business-logos')),
  name text not null check (char_length(name) <= 300),
  state text not null check (state in ('awaiting', 'received', 'ready', 'withdrawing', 'withdrawn', 'restoring',
    'refused', 'expired', 'deleting', 'deleted')),
  declared_bytes integer check (declared_bytes between 1 and 15728640),
  content_type text check (content_type in ('image/jpeg', 'image/png', 'image/webp', 'image/heic', 'image/heif')),
  expires_at timestamptz,
  refusal text check (refusal in
    ('too_large', 'not_a_picture', 'too_many_pixels', 'animated', 'damaged', 'too_heavy', 'unprocessable')),
  version integer not null default 1,
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz,
  lease_until timestamptz,
  received_at timestamptz,
  last_error text check (char_length(last_error) <= 300),
  etag text check (char_length(etag) <= 100),
  sha256 bytea check (octet_length(sha256) = 32),
  dhash bit(64),
  blurhash text check (char_length(blurhash) <= 40),
  width integer check (width > 0),
  height integer check (height > 0),
  files jsonb not null default '[]' check (jsonb_typeof(files) = 'array'),
  decided_at timestamptz,
  unused_since timestamptz,
  incoming_deleted_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (bucket_id, name),
  check ((state = 'refused') = (refusal is not null)),
  check ((state in ('awaiting', 'received', 'withdrawing', 'restoring')) = (next_attempt_at is not null)),
  check (state <> 'ready' or (blurhash is not null and files <> '[]')),
  check ((bucket_id = 'incoming') = (declared_bytes is not null and expires_at is not null))
);
comment on table public.pictures is
  'Uploaded picture and its public files. In bucket incoming: uploaded with a permission of the API; in any other: '
  'stored there by the app itself and cleaned in place.';
comment on column public.pictures.state is
  'withdrawn: no public object uses it, and its files are in the private bucket until one does. '
  'withdrawing, restoring: the job moves the files.';
comment on column public.pictures.listing_id is 'Listing to which the picture is added when it is ready.';
comment on column public.pictures.version is 'Grows with each new content: a result for an older one is ignored.';
comment on column public.pictures.attempts is 'Claims without a result: a picture that kills its workers is refused.';
comment on column public.pictures.received_at is 'Time of the first proof of its content; null without one.';
comment on column public.pictures.etag is 'Version of the cleaned bytes written in place: any other one is unclean.';
comment on column public.pictures.files is 'Public files: [{name, url, width, height, type}], smallest first.';
comment on column public.pictures.unused_since is 'Null while a listing, profile, business or message uses it.';
create index pictures_owner_idx on public.pictures (owner_user_id, created_at desc);
create index pictures_listing_idx on public.pictures (listing_id);
create index pictures_work_idx on public.pictures (next_attempt_at)
  where state in ('awaiting', 'received', 'withdrawing', 'restoring');
create index pictures_unused_idx on public.pictures (unused_since)
  where state in ('ready', 'withdrawing', 'withdrawn', 'restoring', 'deleting');
create index pictures_incoming_idx on public.pictures (created_at)
  where bucket_id = 'incoming' and incoming_deleted_at is null;
create trigger pictures_touch_updated_at before update on public.pictures
  for each row execute function private.touch_updated_at();
alter table public.pictures enable row level security;
grant all on public.pictures to service_role;

create function private.picture_image(p_picture public.pictures, p_url text) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('blurhash', p_picture.blurhash, 'width', p_picture.width,
    'height', p_picture.height, 'srcset', coalesce((
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'url', coalesce(f.file ->> 'url', p_url), 'width', (f.file ->> 'width')::integer) order by f.place)
      from pg_catalog.jsonb_array_elements(p_picture.files) with ordinality as f (file, place)
      where p_picture.bucket_id <> 'incoming' or f.file ->> 'type' = 'image/webp'), '[]'));
$$;
comment on function private.picture_image(public.pictures, text) is
  'Returns {blurhash, width, height, srcset: [{url, width}]} of a ready picture. A file cleaned in place is served '
  'under the address by which it is named.';
create function private.picture_view(p_picture public.pictures) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('id', p_picture.id, 'purpose', p_picture.purpose,
    'listing_id', p_picture.listing_id, 'state', case when p_picture.state in ('withdrawing', 'restoring')
      then 'withdrawn' else p_picture.state end, 'refusal', p_picture.refusal,
    'key', p_picture.name, 'bytes', p_picture.declared_bytes, 'content_type', p_picture.content_type,
    'url', (select f.file ->> 'url' from pg_catalog.jsonb_array_elements(p_picture.files) as f (file)
      where f.file ->> 'type' = 'image/jpeg' limit 1),
    'image', case when p_picture.state = 'ready' then private.picture_image(p_picture, null) end,
    'expires_at', p_picture.expires_at, 'created_at', p_picture.created_at);
$$;

comment on function private.picture_view(public.pictures) is
  'Returns a picture for its owner; image and url are null until it is ready.';

create function private.picture_refusal(p_user_id uuid, p_listing_id uuid) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.upload_refusal(p_user_id, p_listing_id);
begin
  if v_reason is not null then
    return v_reason;
  end if;
  -- Parallel requests of one user are counted one after the other.
  perform 1 from public.accounts u where u.id = p_user_id for no key update;
  return (select case when pg_catalog.count(*) >= 300
      or pg_catalog.count(*) filter (where p.state in ('awaiting', 'received')) >= 40 then 'picture_limit_reached' end
    from public.pictures p
    where p.owner_user_id = p_user_id and p.bucket_id = 'incoming'
      and p.created_at > pg_catalog.now() - interval '1 day');
end;
$$;
comment on function private.picture_refusal(uuid, uuid) is
  'Returns the reason of a refusal to upload a picture, else null: at most 300 in a day, 40 of them unfinished.';

create function public.picture_open(p_user_id uuid, p_request jsonb, p_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason constant text := private.picture_refusal(p_user_id, (p_request ->> 'listing_id')::uuid);
  v_id constant uuid := pg_catalog.gen_random_uuid();
  v_picture public.pictures;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  insert into public.pictures (id, owner_user_id, purpose, listing_id, bucket_id, name, state, declared_bytes,
    content_type, expires_at, next_attempt_at)
  values (v_id, p_user_id, p_request ->> 'purpose', (p_request ->> 'listing_id')::uuid, 'incoming',
    p_user_id || '/' || v_id, 'awaiting', (p_request ->> 'bytes')::integer, p_request ->> 'content_type',
    pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds), pg_catalog.now() + interval '1 minute')
  returning * into v_picture;
  return private.picture_view(v_picture);
end;
$$;
comment on function public.picture_open(uuid, jsonb, integer) is
  'Permits one user to upload one picture of a declared size for a purpose. p_request: purpose, bytes, content_type, '
  'and listing_id, to which the picture is added when it is ready. Reasons: authentication_required, account_blocked, '
  'not_found, forbidden, picture_limit_reached.';

create function public.picture_read(p_user_id uuid, p_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select private.picture_view(p) from public.pictures p where p.id = p_id and p.owner_user_id = p_user_id;
$$;
comment on function public.picture_read(uuid, uuid) is 'Returns a picture of this user, or null.';

create function public.picture_list(p_user_id uuid, p_limit integer, p_listing_id uuid default null) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(private.picture_view(p) order by p.created_at desc, p.id), '[]')
  from (select q.* from public.pictures q
    where q.owner_user_id = p_user_id and (p_listing_id is null or q.listing_id = p_listing_id)
      and q.state not in ('deleting', 'deleted')
    order by q.created_at desc, q.id limit p_limit) as p;
$$;
comment on function public.picture_list(uuid, integer, uuid) is
  'Returns the newest pictures of this user, of one listing where given, with their states.';

-- References from listings, profiles, businesses and messages. An unreferenced picture is deleted after a day.

create table private.picture_uses (
  bucket_id text not null,
  name text not null,
  used_by uuid not null,
  kind text not null check (kind in ('listing', 'account', 'business', 'message')),
  is_shown boolean not null default true,
  primary key (bucket_id, name, used_by)
);
comment on table private.picture_uses is
  'Names pictures by the key of their row in public.pictures. Kept by triggers on the tables that hold addresses.';
comment on column private.picture_uses.is_shown is
  'False if only the owner sees the row with the reference, as with a rejected listing.';
create index picture_uses_user_idx on private.picture_uses (used_by);
grant select on private.picture_uses to service_role;

create function private.picture_key(p_url text) returns text[]
language sql immutable set search_path = '' as $$
  select case when m.parts is null then null
    when m.parts[1] = 'pictures' then (select array['incoming', k.parts[1]] from pg_catalog.regexp_match(m.parts[2],
      '^([0-9a-f-]{36}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/') as k (parts) where k.parts is not null)
    else m.parts end
  from pg_catalog.regexp_match(p_url,
    '/(pictures|avatars|listings-thumbnails|business-logos)/([0-9a-f-]{36}/[^?#]+)') as m (parts);
$$;
comment on function private.picture_key(text) is
  'Returns {bucket_id, name} of the picture behind an address, at any of its hosts; null for other addresses.';

create function private.images_of(p_urls text[]) returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(pg_catalog.jsonb_agg(private.picture_image(p, u.url) order by u.place), '[]')
  from (select t.url, pg_catalog.min(t.place) as place
    from pg_catalog.unnest(p_urls) with ordinality as t (url, place) group by t.url) as u
  cross join lateral (select private.picture_key(u.url) as key) as k
  join public.pictures p on p.bucket_id = k.key[1] and p.name = k.key[2] and p.state = 'ready';
$$;
comment on function private.images_of(text[]) is 'Returns the images behind these addresses, in their order.';

revoke execute on function private.picture_view(public.pictures), private.picture_refusal(uuid, uuid),
  private.picture_key(text), private.picture_image(public.pictures, text), private.images_of(text[]),
  public.picture_open(uuid, jsonb, integer), public.picture_read(uuid, uuid),
  public.picture_list(uuid, integer, uuid) from public, anon, authenticated;
grant execute on function private.picture_view(public.pictures), private.picture_refusal(uuid, uuid),
  private.picture_key(text), private.picture_image(public.pictures, text), private.images_of(text[]),
  public.picture_open(uuid, jsonb, integer), public.picture_read(uuid, uuid),
  public.picture_list(uuid, integer, uuid) to service_role;

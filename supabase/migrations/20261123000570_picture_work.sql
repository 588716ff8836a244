-- Work of the picture job: claims with a lease, results, and files stored by the app itself.

create function public.picture_claim(p_names text[], p_limit integer, p_seconds integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_claimed jsonb;
begin
  with next as (
    select p.id from public.pictures p
    where p.state in ('awaiting', 'received', 'withdrawing', 'restoring')
      and (p.lease_until is null or p.lease_until <= pg_catalog.now())
      and case when p_names is null then p.next_attempt_at <= pg_catalog.now()
        else p.bucket_id = 'incoming' and p.name = any (p_names) end
    order by p.next_attempt_at, p.id limit p_limit for update skip locked
  ), claimed as (
    update public.pictures p set attempts = p.attempts + 1,
      received_at = case when p_names is null or p.state not in ('awaiting', 'received') then p.received_at else coalesce(p.received_at, pg_catalog.now()) end,
      lease_until = pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds)
    where p.id in (select n.id from next n) returning p.*
  )
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', c.id, 'version', c.version,
    'state', c.state, 'files', c.files,
    'owner', coalesce(c.owner_user_id::text, pg_catalog.split_part(c.name, '/', 1)), 'purpose', c.purpose,
    'bucket', c.bucket_id, 'name', c.name, 'bytes', c.declared_bytes, 'attempts', c.attempts) order by c.next_attempt_at), '[]')
  into v_claimed from claimed c;
  return v_claimed;
end;
$$;
comment on function public.picture_claim(text[], integer, integer) is
  'Claims pictures for p_seconds: [{id, version, state, files, owner, purpose, bucket, name, bytes, attempts}]; those with these '
  'names in the incoming bucket, or all that are due. Another claim succeeds after the lease or a result.';

create function public.picture_absent(p_id uuid, p_version integer) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_state text;
begin
  update public.pictures p set lease_until = null, attempts = 0, received_at = null,
    state = s.state, next_attempt_at = case when s.state = 'awaiting' then pg_catalog.now() + interval '2 minutes' end,
    decided_at = case when s.state <> 'awaiting' then pg_catalog.now() end,
    deleted_at = case when s.state = 'deleted' then pg_catalog.now() end
  from (select q.id, case when q.bucket_id <> 'incoming' then 'deleted'
      -- An upload started in time may end later.
      when q.expires_at < pg_catalog.now() - interval '15 minutes' then 'expired' else 'awaiting' end as state
    from public.pictures q where q.id = p_id) as s
  where p.id = s.id and p.version = p_version and p.state in ('awaiting', 'received')
  returning p.state into v_state;
  return v_state;
end;
$$;
comment on function public.picture_absent(uuid, integer) is
  'Records that the file is not there (yet): looks again in two minutes, until 15 minutes after the permission to '
  'upload. Returns the state.';

create function public.picture_postpone(
  p_id uuid, p_version integer, p_seconds integer, p_error text, p_may_be_its_own boolean) returns void
language sql volatile set search_path = '' as $$
  update public.pictures p set lease_until = null, attempts = case when p_may_be_its_own then p.attempts else 0 end,
    received_at = case when p.state in ('awaiting', 'received') then coalesce(p.received_at, pg_catalog.now()) else p.received_at end,
    last_error = pg_catalog.left(p_error, 300),
    next_attempt_at = pg_catalog.now() + pg_catalog.make_interval(secs => p_seconds)
  where p.id = p_id and p.version = p_version and p.state in ('awaiting', 'received', 'withdrawing', 'restoring');
$$;
comment on function public.picture_postpone(uuid, integer, integer, text, boolean) is
  'Returns a picture to the queue after a failure. A failure perhaps caused by the picture, as of the encoder, counts as an attempt; one of the '
  'storage does not. p_error is for staff.';

create function public.picture_rewriting(p_id uuid, p_version integer, p_etag text) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
  update public.pictures p set etag = p_etag
  where p.id = p_id and p.version = p_version and p.state in ('awaiting', 'received');
  return found;
end;
$$;
comment on function public.picture_rewriting(uuid, integer, text) is
  'Announces cleaned bytes, before they are written in place; returns false when the file has changed meanwhile.';

create function public.picture_ready(p_id uuid, p_version integer, p_found jsonb) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_picture public.pictures;
begin
  -- Listings before pictures, in the order of an edit.
  perform 1 from public.listings l where l.id in (
    select p.listing_id from public.pictures p where p.id = p_id union
    select u.used_by from private.picture_uses u join public.pictures p on p.bucket_id = u.bucket_id and p.name = u.name
    where p.id = p_id)
  order by l.id for no key update;
  -- A separate statement: the next one then sees the uses of the former lock holder.
  perform 1 from public.pictures p where p.id = p_id for update;
  update public.pictures p set state = 'ready', next_attempt_at = null, lease_until = null, attempts = 0,
    decided_at = pg_catalog.now(), sha256 = pg_catalog.decode(p_found ->> 'sha256', 'hex'),
    dhash = ('x' || (p_found ->> 'dhash'))::bit(64), blurhash = p_found ->> 'blurhash',
    width = (p_found ->> 'width')::integer, height = (p_found ->> 'height')::integer, files = p_found -> 'files',
    unused_since = case when not exists (select from private.picture_uses u
      where u.bucket_id = p.bucket_id and u.name = p.name) then pg_catalog.now() end
  where p.id = p_id and p.version = p_version and p.state in ('awaiting', 'received')
  returning * into v_picture;
  if not found then
    return false;
  end if;
  if v_picture.listing_id is not null then
    perform private.add_to_listing(v_picture);
  end if;
  -- Its uses may have been rejected meanwhile.
  if exists (select from private.picture_uses u where u.bucket_id = v_picture.bucket_id and u.name = v_picture.name)
      and not exists (select from private.picture_uses u
        where u.bucket_id = v_picture.bucket_id and u.name = v_picture.name and u.is_shown) then
    perform private.withdraw_picture(p_bucket_id => v_picture.bucket_id, p_name => v_picture.name);
  end if;
  return true;
end;
$$;
comment on function public.picture_ready(uuid, integer, jsonb) is
  'Publishes an encoded picture: shows it where it is named, and adds it to its listing. p_found: sha256, dhash (16 '
  'hex digits), blurhash, width, height, files. Returns false when another result or another content came first.';

create function public.picture_refuse(p_id uuid, p_version integer, p_refusal text) returns boolean
language plpgsql volatile set search_path = '' as $$
declare
  v_picture public.pictures;
begin
  update public.pictures p set state = 'refused', refusal = p_refusal, next_attempt_at = null, lease_until = null,
    decided_at = pg_catalog.now()
  where p.id = p_id and p.version = p_version and p.state in ('awaiting', 'received') returning * into v_picture;
  if not found then
    return false;
  end if;
  if v_picture.bucket_id <> 'incoming' then
    update public.accounts a set avatar_url = null
    where private.picture_key(a.avatar_url) = array[v_picture.bucket_id, v_picture.name]
      and a.id in (select u.used_by from private.picture_uses u
        where u.bucket_id = v_picture.bucket_id and u.name = v_picture.name);
    update public.business_accounts b set logo_url = null
    where private.picture_key(b.logo_url) = array[v_picture.bucket_id, v_picture.name]
      and b.id in (select u.used_by from private.picture_uses u
        where u.bucket_id = v_picture.bucket_id and u.name = v_picture.name);
  end if;
  return true;
end;
$$;
comment on function public.picture_refuse(uuid, integer, text) is
  'Records the reason of a final refusal; a profile or business that uses it has no picture then.';

create function public.picture_moved(p_id uuid, p_version integer) returns text
language plpgsql volatile set search_path = '' as $$
declare
  v_picture public.pictures;
begin
  -- Listings before pictures, in the order of a decision.
  perform 1 from public.listings l where l.id in (
    select u.used_by from private.picture_uses u join public.pictures p on p.bucket_id = u.bucket_id and p.name = u.name
    where p.id = p_id)
  order by l.id for no key update;
  update public.pictures p set lease_until = null, attempts = 0, last_error = null, next_attempt_at = null,
    state = case p.state when 'withdrawing' then 'withdrawn' else 'ready' end
  where p.id = p_id and p.version = p_version and p.state in ('withdrawing', 'restoring') returning * into v_picture;
  if not found then
    -- Withdrawn or restored again meanwhile: the next run moves the files back.
    update public.pictures p set lease_until = null, attempts = 0 where p.id = p_id and p.state in ('withdrawing', 'restoring');
    return null;
  end if;
  if v_picture.state = 'withdrawn' then
    perform private.purge_picture(v_picture);
  end if;
  return v_picture.state;
end;
$$;
comment on function public.picture_moved(uuid, integer) is
  'Records that the files of a picture are in the bucket of its state; returns withdrawn or ready, null when that has '
  'changed meanwhile. A withdrawn one is purged once more: until now an edge could cache it again.';

create function private.receive_direct_picture(p_bucket_id text, p_name text, p_etag text) returns void
language sql volatile set search_path = '' as $$
  insert into public.pictures as p (owner_user_id, purpose, bucket_id, name, state, next_attempt_at, received_at)
  values ((select a.id from public.accounts a where a.id = case
      when pg_catalog.split_part(p_name, '/', 1) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
      then pg_catalog.split_part(p_name, '/', 1)::uuid end),
    case p_bucket_id when 'avatars' then 'avatar' when 'business-logos' then 'business_logo' else 'listing' end,
    p_bucket_id, p_name, 'received', pg_catalog.now(), pg_catalog.now())
  on conflict (bucket_id, name) do update set state = 'received', version = p.version + 1, attempts = 0,
    next_attempt_at = pg_catalog.now(), received_at = pg_catalog.now(), lease_until = null, refusal = null, files = '[]',
    deleted_at = null
  where p.etag is distinct from p_etag or p.state in ('refused', 'deleted');
$$;
comment on function private.receive_direct_picture(text, text, text) is
  'Queues a file that the app has stored itself, unless these are the cleaned bytes.';

create function private.note_direct_picture() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' or (tg_op = 'UPDATE' and (old.bucket_id, old.name) is distinct from (new.bucket_id, new.name)) then
    update public.pictures p set state = 'deleted', deleted_at = pg_catalog.now(), version = p.version + 1,
      next_attempt_at = null, lease_until = null, files = '[]', etag = null
    where p.bucket_id = old.bucket_id and p.name = old.name
      and p.state not in ('deleted', 'refused', 'withdrawing', 'withdrawn');
  end if;
  if tg_op <> 'DELETE' and new.bucket_id in ('avatars', 'listings-thumbnails', 'business-logos')
      and pg_catalog.char_length(new.name) <= 300 then
    perform private.receive_direct_picture(p_bucket_id => new.bucket_id, p_name => new.name,
      p_etag => pg_catalog.btrim(coalesce(new.metadata ->> 'eTag', ''), '"'));
  end if;
  return null;
end;
$$;
comment on function private.note_direct_picture() is
  'Trigger: queues each picture stored directly in the transaction that makes it public. Needs the owner''s '
  'rights, as Storage writes.';
create trigger auto360_note_direct_picture after insert or delete or update of bucket_id, name, metadata
  on storage.objects for each row execute function private.note_direct_picture();

create function public.picture_find_missed(p_limit integer) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_found record;
  v_count integer := 0;
begin
  for v_found in
    select o.bucket_id, o.name, pg_catalog.btrim(coalesce(o.metadata ->> 'eTag', ''), '"') as etag
    from storage.objects o left join public.pictures p on p.bucket_id = o.bucket_id and p.name = o.name
    where o.bucket_id in ('avatars', 'listings-thumbnails', 'business-logos') and pg_catalog.char_length(o.name) <= 300
      and (p.id is null or (p.state not in ('received', 'withdrawing', 'restoring', 'deleting')
        and (p.state <> 'ready' or p.etag is distinct from pg_catalog.btrim(coalesce(o.metadata ->> 'eTag', ''), '"'))))
    limit p_limit
  loop
    perform private.receive_direct_picture(p_bucket_id => v_found.bucket_id, p_name => v_found.name,
      p_etag => v_found.etag);
    v_count := v_count + 1;
  end loop;
  return v_count;
end;
$$;
comment on function public.picture_find_missed(integer) is
  'Queues files of the public buckets missed by the trigger, such as after a restore; returns their number.';

-- Files that were public before this rule.
select public.picture_find_missed(1000000);

revoke execute on function public.picture_claim(text[], integer, integer), public.picture_absent(uuid, integer),
  public.picture_postpone(uuid, integer, integer, text, boolean), public.picture_rewriting(uuid, integer, text),
  public.picture_ready(uuid, integer, jsonb), public.picture_refuse(uuid, integer, text),
  public.picture_moved(uuid, integer),
  private.receive_direct_picture(text, text, text), private.note_direct_picture(),
  public.picture_find_missed(integer) from public, anon, authenticated;
grant execute on function public.picture_claim(text[], integer, integer), public.picture_absent(uuid, integer),
  public.picture_postpone(uuid, integer, integer, text, boolean), public.picture_rewriting(uuid, integer, text),
  public.picture_ready(uuid, integer, jsonb), public.picture_refuse(uuid, integer, text),
  public.picture_moved(uuid, integer), private.receive_direct_picture(text, text, text), public.picture_find_missed(integer) to service_role;

-- Addresses of pictures in listings, profiles, businesses and messages: `images` beside them, and the record of uses.

create function private.note_picture_use() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_use private.picture_uses;
  v_is_shown boolean;
begin
  if tg_op = 'DELETE' then
    v_use := old;
  else
    v_use := new;
  end if;
  -- The lock first: of two parallel removals of the last uses the second sees none left.
  perform 1 from public.pictures p where p.bucket_id = v_use.bucket_id and p.name = v_use.name for update;
  update public.pictures p set unused_since = case when not exists (select from private.picture_uses u
      where u.bucket_id = v_use.bucket_id and u.name = v_use.name) then pg_catalog.now() end
  where p.bucket_id = v_use.bucket_id and p.name = v_use.name;
  v_is_shown := exists (select from private.picture_uses u
    where u.bucket_id = v_use.bucket_id and u.name = v_use.name and u.is_shown);
  if v_is_shown then
    update public.pictures p set state = 'restoring', version = p.version + 1, next_attempt_at = pg_catalog.now()
    where p.bucket_id = v_use.bucket_id and p.name = v_use.name and p.state in ('withdrawing', 'withdrawn');
  elsif tg_op = 'DELETE' or not v_use.is_shown then
    perform private.withdraw_picture(p_bucket_id => v_use.bucket_id, p_name => v_use.name);
  end if;
  if tg_op = 'INSERT' then
    -- A result written meanwhile lacks this use.
    update public.listings l set images = l.images
    where l.id = v_use.used_by and v_use.kind = 'listing'
      and l.images <> private.images_of(pg_catalog.array_prepend(l.thumbnail_url, l.additional_images));
    update public.public_profiles r set avatar_url = private.shown_avatar(a.avatar_url)
    from public.accounts a
    where r.id = v_use.used_by and a.id = r.id and v_use.kind = 'account'
      and r.avatar_url is distinct from private.shown_avatar(a.avatar_url);
  end if;
  return null;
end;
$$;
comment on function private.note_picture_use() is
  'Trigger: keeps the start of the time without uses, withdraws a picture without public uses, '
  'restores it with a new one, and shows one that became ready meanwhile.';
create trigger picture_uses_note after insert or delete or update of is_shown on private.picture_uses
  for each row execute function private.note_picture_use();

create function private.purge_picture(p_picture public.pictures) returns void
language sql volatile security definer set search_path = '' as $$
  insert into public.cdn_purges (path)
  select distinct pg_catalog.regexp_replace(f.file ->> 'url', '^https?://[^/]+|[^/]+$', '', 'g') || '*'
  from pg_catalog.jsonb_array_elements(p_picture.files) as f (file)
  where p_picture.bucket_id = 'incoming' and f.file ->> 'url' is not null
  on conflict do nothing;
$$;
comment on function private.purge_picture(public.pictures) is
  'Queues the folder of a picture''s encoded files for a purge, including answers that vary. Files cleaned in place are '
  'not named by their content, so the CDN does not cache them.';

create function private.withdraw_picture(p_bucket_id text, p_name text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_picture public.pictures;
begin
  update public.pictures p set state = 'withdrawing', version = p.version + 1, next_attempt_at = pg_catalog.now()
  where p.bucket_id = p_bucket_id and p.name = p_name and p.state in ('ready', 'restoring') returning * into v_picture;
  perform private.purge_picture(v_picture);
end;
$$;
comment on function private.withdraw_picture(text, text) is
  'Withdraws a public picture: hides it where it is used, queues its purge and the move of its files.';

create function private.name_pictures(p_used_by uuid, p_kind text, p_urls text[], p_is_shown boolean default true)
returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  v_gone private.picture_uses;
begin
  -- One by one in the order of names, so that two transactions with the same pictures never deadlock.
  for v_gone in select u.* from private.picture_uses u where u.used_by = p_used_by and not exists (
      select from pg_catalog.unnest(p_urls) as t (url) where private.picture_key(t.url) = array[u.bucket_id, u.name])
    order by u.bucket_id, u.name
  loop
    delete from private.picture_uses u
    where u.bucket_id = v_gone.bucket_id and u.name = v_gone.name and u.used_by = p_used_by;
  end loop;
  insert into private.picture_uses as u (bucket_id, name, used_by, kind, is_shown)
  select distinct k.key[1], k.key[2], p_used_by, p_kind, p_is_shown
  from pg_catalog.unnest(p_urls) as t (url) cross join lateral (select private.picture_key(t.url) as key) as k
  where k.key is not null
  order by 1, 2
  on conflict (bucket_id, name, used_by) do update set is_shown = excluded.is_shown
    where u.is_shown <> excluded.is_shown;
end;
$$;
comment on function private.name_pictures(uuid, text, text[], boolean) is
  'Records exactly the pictures behind these addresses as uses of this row, public or not.';

create function private.show_images() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.images := private.images_of(pg_catalog.array_prepend(new.thumbnail_url, new.additional_images));
  return new;
end;
$$;
comment on function private.show_images() is
  'Trigger: derives images from the addresses of a listing; other values are overwritten.';
create trigger listings_show_images before insert or update of thumbnail_url, additional_images, images
  on public.listings for each row execute function private.show_images();

create function private.name_listing_pictures() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    perform private.name_pictures(p_used_by => old.id, p_kind => 'listing', p_urls => '{}');
  else
    perform private.name_pictures(p_used_by => new.id, p_kind => 'listing', p_urls => case
      when new.deleted_at is null then pg_catalog.array_prepend(new.thumbnail_url, new.additional_images) end,
      p_is_shown => new.status <> 'rejected');
  end if;
  return null;
end;
$$;
comment on function private.name_listing_pictures() is
  'Trigger: records the pictures of a listing; a deleted one names none, a rejected one shows none.';
create trigger listings_name_pictures
  after insert or delete or update of thumbnail_url, additional_images, deleted_at, status on public.listings for each row execute function private.name_listing_pictures();

create function private.name_single_picture() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_row constant jsonb := case when tg_op = 'DELETE' then pg_catalog.to_jsonb(old) else pg_catalog.to_jsonb(new) end;
begin
  -- Nearly every new account and message has none.
  if tg_op = 'INSERT' and v_row ->> tg_argv[1] is null then
    return null;
  end if;
  perform private.name_pictures(p_used_by => (v_row ->> 'id')::uuid, p_kind => tg_argv[0], p_urls => case
    when tg_op <> 'DELETE' and v_row ->> 'deleted_at' is null then array[v_row ->> tg_argv[1]] end);
  return null;
end;
$$;
comment on function private.name_single_picture() is
  'Trigger with the kind of the row and its column: records the one picture of a profile, business or message.';
create trigger accounts_name_picture after insert or delete or update of avatar_url on public.accounts
  for each row execute function private.name_single_picture('account', 'avatar_url');
create trigger business_accounts_name_picture after insert or delete or update of logo_url, deleted_at
  on public.business_accounts for each row execute function private.name_single_picture('business', 'logo_url');
create trigger chat_messages_name_picture after insert or delete or update of image_url on public.chat_messages
  for each row execute function private.name_single_picture('message', 'image_url');

create function private.shown_avatar(p_url text) returns text
language plpgsql stable set search_path = '' as $$
begin
  if p_url is null or exists (select from public.pictures p
      where array[p.bucket_id, p.name] = private.picture_key(p_url) and p.state in ('awaiting', 'received')) then
    return null;
  end if;
  return p_url;
end;
$$;
comment on function private.shown_avatar(text) is
  'Returns the address of an avatar, or null until its file is cleaned: the place of the original stays private.';

create function private.show_picture() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- The trigger above derives the images.
  update public.listings l set images = l.images where l.id in (
    select u.used_by from private.picture_uses u
    where u.bucket_id = new.bucket_id and u.name = new.name and u.kind = 'listing');
  update public.public_profiles r set avatar_url = private.shown_avatar(a.avatar_url), updated_at = pg_catalog.now()
  from private.picture_uses u join public.accounts a on a.id = u.used_by
  where u.bucket_id = new.bucket_id and u.name = new.name and u.kind = 'account' and r.id = a.id;
  return null;
end;
$$;
comment on function private.show_picture() is
  'Trigger: shows or hides a picture, whose state has changed, wherever it is used.';
create trigger pictures_show after insert or update of state on public.pictures
  for each row execute function private.show_picture();

create function private.add_to_listing(p_picture public.pictures) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_url constant text := private.picture_view(p_picture) ->> 'url';
begin
  update public.listings l set additional_images = l.additional_images || v_url
  where l.id = p_picture.listing_id and l.deleted_at is null and v_url is not null
    and l.status in ('draft', 'pending_review', 'active', 'rejected')
    and private.edits_listing(l, p_picture.owner_user_id)
    and pg_catalog.cardinality(l.additional_images) < 20 and v_url <> all (l.additional_images);
end;
$$;
comment on function private.add_to_listing(public.pictures) is
  'Adds a ready picture to the listing for which it was uploaded, if its owner may still edit it. It is checked like '
  'any other change of content.';

revoke execute on function private.note_picture_use(), private.purge_picture(public.pictures),
  private.withdraw_picture(text, text), private.name_pictures(uuid, text, text[], boolean), private.show_images(),
  private.name_listing_pictures(), private.name_single_picture(), private.shown_avatar(text),
  private.show_picture(), private.add_to_listing(public.pictures) from public, anon, authenticated;
grant execute on function private.purge_picture(public.pictures), private.withdraw_picture(text, text),
  private.shown_avatar(text), private.add_to_listing(public.pictures) to service_role;

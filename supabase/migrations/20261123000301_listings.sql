-- Listings of all three categories. Columns of one category live in its own table; those that a search filters by are
-- mirrored here, so that a feed page reads one table and one index.

create table public.listings (
  id uuid primary key default gen_random_uuid(),
  seller_user_id uuid not null references public.accounts (id) on delete restrict,
  business_id uuid references public.business_accounts (id) on delete set null,
  category text not null check (category in ('car', 'horse', 'real_estate')),
  title text not null check (char_length(title) between 1 and 255),
  description text not null default '' check (char_length(description) <= 2000),
  price numeric(12, 2) not null check (price between 1 and 999999999),
  currency text not null default 'KGS' check (currency = 'KGS'),
  city text check (char_length(city) between 2 and 100),
  location text check (char_length(location) <= 200),
  location_text text check (char_length(location_text) <= 200),
  latitude numeric(10, 8) check (latitude between -90 and 90),
  longitude numeric(11, 8) check (longitude between -180 and 180),
  video_id text,
  video_provider text check (video_provider in ('api_video', 'yandex')),
  video_status text not null default 'none'
    check (video_status in ('none', 'uploading', 'processing', 'ready', 'failed')),
  video_url text check (char_length(video_url) <= 2048),
  video_player_url text check (char_length(video_player_url) <= 2048),
  video_thumbnail_url text check (char_length(video_thumbnail_url) <= 2048),
  video_preview_url text check (char_length(video_preview_url) <= 2100),
  thumbnail_url text check (char_length(thumbnail_url) <= 2048),
  -- NaN is larger than every number: a bound above keeps it out, which no JSON can hold.
  video_trim_start numeric(10, 2) check (video_trim_start between 0 and 86400),
  video_trim_end numeric(10, 2) check (video_trim_end between 0 and 86400),
  video_original_duration numeric(10, 2) check (video_original_duration between 0 and 86400),
  video_trimmed_duration numeric(10, 2) check (video_trimmed_duration between 0 and 86400),
  additional_images text[] not null default '{}' check (cardinality(additional_images) <= 20),
  images jsonb not null default '[]' check (jsonb_typeof(images) = 'array'),
  status text not null default 'draft'
    check (status in ('draft', 'pending_review', 'active', 'sold', 'archived', 'expired', 'rejected')),
  moderation_status text not null default 'pending'
    check (moderation_status in ('pending', 'approved', 'rejected', 'escalated')),
  is_hidden boolean not null default false,
  published_at timestamptz,
  expires_at timestamptz,
  sold_at timestamptz,
  delete_at timestamptz,
  deleted_at timestamptz,
  views_count integer not null default 0 check (views_count >= 0),
  likes_count integer not null default 0 check (likes_count >= 0),
  saves_count integer not null default 0 check (saves_count >= 0),
  comments_count integer not null default 0 check (comments_count >= 0),
  is_boosted boolean not null default false,
  boost_type text check (boost_type in ('basic', 'top', 'premium', '3h', '24h', '7d', '30d')),
  boost_activated_at timestamptz,
  boost_expires_at timestamptz,
  ai_make text,
  ai_model text,
  ai_year integer,
  ai_color text,
  ai_summary text,
  ai_quality_score numeric(5, 2) check (ai_quality_score between 0 and 100),
  ai_confidence numeric(5, 2) check (ai_confidence between 0 and 100),
  details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
  brand public.brand_name generated always as ((details ->> 'brand')::extensions.citext) stored,
  model extensions.citext generated always as ((details ->> 'model')::extensions.citext) stored,
  year integer generated always as ((details ->> 'year')::integer) stored,
  mileage integer generated always as ((details ->> 'mileage')::integer) stored,
  color extensions.citext generated always as ((case when category <> 'car' then details ->> 'color'
    else case translate(lower(details ->> 'color'), 'ёЁ', 'ее')
      when 'черный' then 'black' when 'белый' then 'white' when 'красный' then 'red' when 'синий' then 'blue'
      when 'серый' then 'gray' when 'серебристый' then 'silver' when 'зеленый' then 'green' when 'желтый' then 'yellow'
      else details ->> 'color' end end)::extensions.citext) stored,
  transmission text generated always as (
    case details ->> 'transmission' when 'variator' then 'cvt' else details ->> 'transmission' end) stored,
  fuel_type text generated always as (details ->> 'fuel_type') stored,
  breed extensions.citext generated always as ((case when lower(details ->> 'breed') = 'кыргызская' then 'Киргизская'
    else details ->> 'breed' end)::extensions.citext) stored,
  age integer generated always as ((details ->> 'age')::integer) stored,
  gender text generated always as (details ->> 'gender') stored,
  property_type text generated always as (details ->> 'property_type') stored,
  rooms integer generated always as ((details ->> 'rooms')::integer) stored,
  area numeric(12, 2) generated always as ((details ->> 'area')::numeric) stored,
  -- Names under which the app reads columns that exist above.
  seller_id uuid generated always as (seller_user_id) stored,
  views integer generated always as (views_count) stored,
  likes integer generated always as (likes_count) stored,
  saves integer generated always as (saves_count) stored,
  ai_score numeric(5, 2) generated always as (ai_quality_score) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint listings_seller_profile_fkey
    foreign key (seller_user_id) references public.public_profiles (id) on delete no action,
  check ((latitude is null) = (longitude is null)),
  check ((status = 'sold') = (sold_at is not null) or status = 'archived'),
  check (video_provider is distinct from 'yandex' or video_id is null),
  check (not is_boosted or boost_expires_at is not null)
);
comment on table public.listings is
  'Car, horse or property for sale with its video. The seller''s phone is in listing_contacts.';
comment on column public.listings.seller_user_id is
  'User who posted it. Restricts deletion of the user: the videos at the providers must be released first.';
comment on column public.listings.business_id is
  'Business for which it was posted; if that is removed, the listing stays with the seller.';
comment on constraint listings_seller_profile_fkey on public.listings is 'Lets a REST query embed the public profile of the seller.';
comment on column public.listings.price is
  'Price in som, not tyiyn: the seller''s asking price, shown as it is. Money that we receive is in tyiyn (payments).';
comment on column public.listings.video_id is
  'Id at api.video and nowhere else: the app builds api.video addresses from it. Null when the video is at Yandex; see videos.';
comment on column public.listings.video_url is
  'Address from which the app plays the video. Resolved by the backend for videos at Yandex, whose addresses expire.';
comment on column public.listings.views_count is
  'As listing_counters had it when it was last a tenth away, like likes_count … comments_count (docs/decisions/0101).';
comment on column public.listings.status is
  'State that the seller sees. Only the backend makes a listing active; see moderation_status for the check.';
comment on column public.listings.moderation_status is 'Result of the newest check; an active listing that was edited is pending and stays visible.';
comment on column public.listings.is_hidden is 'Not shown because the seller''s tier allows fewer listings; cleared when the tier is paid again.';
comment on column public.listings.delete_at is 'Until when a sold listing stays visible.';
comment on column public.listings.deleted_at is 'Removed by its seller; the row remains until its video is released.';
comment on column public.listings.details is 'Mirror of the category''s details table, written by its trigger only; the generated columns come from it.';
comment on column public.listings.brand is
  'Generated from details, like model … area: filters need one table and one index. Compared without case, as model, breed '
  'and color are: the app filters by what was typed.';
comment on column public.listings.color is 'Of a car the code by which the app filters, where the word in details has one.';
comment on column public.listings.transmission is 'As in details, but cvt for variator: the code by which the app filters.';
comment on column public.listings.location_text is 'Copy of location under the app''s name for it.';
comment on column public.listings.seller_id is 'seller_user_id; like views … ai_score a name that the app reads.';

create trigger listings_touch_updated_at before update on public.listings
  for each row when (
    -- Other numbers are no change of the listing: they must not move updated_at, on which caches rely.
    (old.likes_count, old.saves_count, old.views_count, old.comments_count)
      = (new.likes_count, new.saves_count, new.views_count, new.comments_count)
  ) execute function private.touch_updated_at();

-- A listing is created by the backend alone, with its details and its phone: there it is checked and counted.
alter table public.listings enable row level security;
grant select on public.listings to anon, authenticated;
grant update (
  title, description, price, city, location, location_text, latitude, longitude,
  video_trim_start, video_trim_end, video_original_duration, video_trimmed_duration, status,
  updated_at
) on public.listings to authenticated;
grant delete on public.listings to authenticated;
grant all on public.listings to service_role;
create policy listings_select_anon on public.listings for select to anon
  using (not is_hidden and deleted_at is null
    and (status = 'active' or (status = 'sold' and delete_at > now())));
create policy listings_select on public.listings for select to authenticated
  using (
    (not is_hidden and deleted_at is null and (status = 'active' or (status = 'sold' and delete_at > now())))
    or (business_id is null and seller_user_id = (select auth.uid()))
    or business_id in (select private.my_businesses(array['owner', 'admin', 'seller'])));

-- Listings of all three categories. What is particular to a category lies in its own table (…000410); what a search
-- filters by is mirrored here, so that a feed page reads one table and one index.

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
  thumbnail_url text check (char_length(thumbnail_url) <= 2048),
  -- NaN is larger than every number: a bound above keeps it out, which no JSON can hold.
  video_trim_start numeric(10, 2) check (video_trim_start between 0 and 86400),
  video_trim_end numeric(10, 2) check (video_trim_end between 0 and 86400),
  video_original_duration numeric(10, 2) check (video_original_duration between 0 and 86400),
  video_trimmed_duration numeric(10, 2) check (video_trimmed_duration between 0 and 86400),
  additional_images text[] not null default '{}' check (cardinality(additional_images) <= 20),

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
  brand extensions.citext generated always as ((details ->> 'brand')::extensions.citext) stored,
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

comment on table public.listings is 'One thing for sale with its video. The phone to call lies in listing_contacts.';
comment on column public.listings.seller_user_id is
  'Who posted it. Restricts deletion of the user: the videos at the suppliers must be released first.';
comment on column public.listings.business_id is 'Posted for this business; if it is removed, the listing stays with the person.';
comment on constraint listings_seller_profile_fkey on public.listings is 'Lets a REST query embed the public profile of the seller.';
comment on column public.listings.price is 'In som, not tyiyn: what the seller asks, shown as it is. Money that we take is in tyiyn (payments).';
comment on column public.listings.video_id is
  'Id at api.video and nowhere else: the app builds api.video addresses from it. Null when the video is at Yandex; see videos.';
comment on column public.listings.video_url is 'Where the app plays the video. Resolved by the backend for videos at Yandex, whose addresses expire.';
comment on column public.listings.views_count is
  'As listing_counters had it when it was last a tenth away, like likes_count … comments_count (docs/decisions/0101).';
comment on column public.listings.status is 'What the seller sees. Only the backend makes a listing active; see moderation_status for the check.';
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
comment on column public.listings.location_text is 'The name under which the app writes location; equal to it.';
comment on column public.listings.seller_id is 'seller_user_id; like views … ai_score a name that the app reads.';

create trigger listings_touch_updated_at before update on public.listings
  for each row when (
    -- Other numbers are no change of the listing: they must not move updated_at, on which caches rely.
    (old.likes_count, old.saves_count, old.views_count, old.comments_count)
      = (new.likes_count, new.saves_count, new.views_count, new.comments_count)
  ) execute function private.touch_updated_at();

-- The audit's indexes (1.1, 7.3).
create index listings_category_created_idx on public.listings (category, created_at desc);
create index listings_category_price_idx on public.listings (category, price);
create index listings_status_created_idx on public.listings (status, created_at desc);
create index listings_active_category_idx on public.listings (category, created_at desc) where status = 'active';
create index listings_location_idx on public.listings (latitude, longitude);

-- Foreign keys and own lists.
create index listings_seller_created_idx on public.listings (seller_user_id, created_at desc, id desc);
create index listings_business_created_idx on public.listings (business_id, created_at desc, id desc);

-- The feed, one index per order and per selective filter. The id breaks ties, so that keyset pages lose nothing.
create index listings_feed_newest_idx on public.listings (created_at desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null;
create index listings_feed_category_newest_idx on public.listings (category, created_at desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null;
create index listings_feed_category_price_idx on public.listings (category, price, id)
  where status = 'active' and not is_hidden and deleted_at is null;
create index listings_feed_category_views_idx on public.listings (category, views_count desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null;
create index listings_feed_city_idx on public.listings (city, category, created_at desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null;
create index listings_feed_brand_idx on public.listings (brand, model, created_at desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null and brand is not null;
create index listings_feed_year_idx on public.listings (category, year, created_at desc)
  where status = 'active' and not is_hidden and deleted_at is null and year is not null;
create index listings_feed_breed_idx on public.listings (breed, created_at desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null and breed is not null;
create index listings_feed_property_idx on public.listings (property_type, rooms, created_at desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null and property_type is not null;
create index listings_feed_nearest_idx on public.listings
  using gist (point(longitude::double precision, latitude::double precision))
  where status = 'active' and not is_hidden and deleted_at is null and latitude is not null;

-- Search: words in Russian, and trigrams for typing errors and for languages without a dictionary.
create index listings_search_words_idx on public.listings
  using gin (to_tsvector('russian', title || ' ' || description));
create index listings_title_trigram_idx on public.listings using gin (title extensions.gin_trgm_ops);
create index listings_description_trigram_idx on public.listings using gin (description extensions.gin_trgm_ops);

-- What the timers look for.
create index listings_expiring_idx on public.listings (expires_at) where status = 'active';
create index listings_sold_until_idx on public.listings (delete_at) where status = 'sold';
create index listings_boost_expiring_idx on public.listings (boost_expires_at) where is_boosted;
create index listings_video_id_idx on public.listings (video_id) where video_id is not null;

create table public.listing_contacts (
  listing_id uuid primary key references public.listings (id) on delete cascade,
  phone_for_listing text not null check (phone_for_listing ~ '^\+996[0-9]{9}$'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.listing_contacts is
  'The phone of a listing, apart from the listing so that nobody collects numbers through REST: the backend hands it out, limited.';
create trigger listing_contacts_touch_updated_at before update on public.listing_contacts
  for each row execute function private.touch_updated_at();

-- Listings of all three categories. Columns of one category live in its own table; columns that a search
-- filters by is mirrored here, so that a feed page reads one table and one index.

-- A brand has several names. The app in the shops filters brand=eq.<what was typed>, so that the column's own equality
-- must know them; case is citext's. The names are fixed here: an equality that changed would break what is indexed by it.
create domain public.brand_name as extensions.citext;
comment on domain public.brand_name is 'Brand of a car. Equal to every name of the same brand (docs/decisions/0129).';

create function private.brand_forms(p_brand extensions.citext) returns extensions.citext[]
language sql immutable set search_path = '' as $$
  select coalesce((
    select n.forms::extensions.citext[] from (values
      ('{audi,ауди}'::text[]), ('{bmw,бмв}'), ('{chevrolet,chevy,шевроле}'), ('{daewoo,дэу,деу}'), ('{ford,форд}'),
      ('{honda,хонда}'), ('{hyundai,хендай,хундай,хюндай}'), ('{kia,киа}'), ('{lada,лада,ваз,vaz,жигули}'),
      ('{land rover,landrover,land-rover}'), ('{lexus,лексус}'), ('{mazda,мазда}'),
      ('{mercedes-benz,mercedes,mercedes benz,мерседес,мерс}'), ('{mitsubishi,митсубиси,мицубиси}'),
      ('{nissan,ниссан,нисан}'), ('{opel,опель}'), ('{porsche,порше}'), ('{ssangyong,ssang yong,санг-йонг}'),
      ('{subaru,субару}'), ('{suzuki,сузуки}'), ('{toyota,тойота}'), ('{volkswagen,vw,фольксваген}'), ('{volvo,вольво}')
    ) as n (forms)
    where pg_catalog.lower(p_brand::text) = any (n.forms)), array[p_brand]);
$$;
comment on function private.brand_forms(extensions.citext) is
  'Returns every name of a brand, or the name alone where it has no other.';

-- Its body is bound when it is made, so that a query takes it in and compares each row with a list made once.
create function private.is_same_brand(p_stored public.brand_name, p_asked public.brand_name) returns boolean
language sql immutable
return p_stored::extensions.citext operator(extensions.=) any (private.brand_forms(p_asked::extensions.citext));
comment on function private.is_same_brand(public.brand_name, public.brand_name) is
  'Returns true for two names of one brand: Mercedes and Mercedes-Benz. Behind the operator = of brand_name.';
create operator public.= (leftarg = public.brand_name, rightarg = public.brand_name,
  function = private.is_same_brand, restrict = pg_catalog.eqsel, join = pg_catalog.eqjoinsel);
revoke execute on function private.brand_forms(extensions.citext),
  private.is_same_brand(public.brand_name, public.brand_name) from public;
grant execute on function private.brand_forms(extensions.citext),
  private.is_same_brand(public.brand_name, public.brand_name) to anon, authenticated, service_role;

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

-- Indexes of feed, filters and search.
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

-- A model belongs to one brand, a breed to one category: without these the planner multiplies their shares, expects a
-- few rows, and sorts thousands instead of walking an index in order.
create statistics public.listings_car_statistics (dependencies, mcv) on category, brand, model from public.listings;
create statistics public.listings_horse_statistics (dependencies, mcv) on category, breed, gender from public.listings;
create statistics public.listings_property_statistics (dependencies, mcv)
  on category, property_type, rooms from public.listings;

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

-- Indexes for orders of the feed that do not begin with a category, for brands and areas, and for nearness in true
-- proportions.

create index listings_feed_price_idx on public.listings (price, id)
  where status = 'active' and not is_hidden and deleted_at is null;
create index listings_feed_views_idx on public.listings (views_count desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null;
create index listings_feed_brand_newest_idx on public.listings (brand, created_at desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null and brand is not null;
create index listings_feed_transmission_idx on public.listings (transmission, fuel_type, created_at desc, id desc)
  where status = 'active' and not is_hidden and deleted_at is null and transmission is not null;
create index listings_feed_area_idx on public.listings (property_type, area)
  where status = 'active' and not is_hidden and deleted_at is null and area is not null;
create index listings_sold_newest_idx on public.listings (created_at desc, id desc)
  where status = 'sold' and not is_hidden and deleted_at is null;

-- A plane whose unit is one degree of latitude (111.2 km) both ways: 0.7451 is the cosine of the middle of Kyrgyzstan,
-- 41.83° north, so that distances within the country are right to 3 % and the index returns neighbours in their order.
create index listings_feed_nearest_idx on public.listings
  using gist (point(longitude::double precision * 0.7451::double precision, latitude::double precision))
  where status = 'active' and not is_hidden and deleted_at is null and latitude is not null;
-- Neighbours in one city: a circle around another city holds none, which only the city tells at once.
create index listings_feed_city_nearest_idx on public.listings
  using gist (city, point(longitude::double precision * 0.7451::double precision, latitude::double precision))
  where status = 'active' and not is_hidden and deleted_at is null and latitude is not null;
create index listings_addressed_video_idx on public.listings (substring(video_url, '/vod/([A-Za-z0-9_-]+)'))
  where video_id is null and video_url is not null;
create index listings_own_address_idx on public.listings (video_url collate "C")
  where video_provider = 'yandex' and deleted_at is null;
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

create table public.listing_contacts (
  listing_id uuid primary key references public.listings (id) on delete cascade,
  phone_for_listing text not null check (phone_for_listing ~ '^\+996[0-9]{9}$'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.listing_contacts is
  'Phone of a listing, in a table of its own so that nobody collects numbers through REST: the backend returns it '
  'under a limit.';
create trigger listing_contacts_touch_updated_at before update on public.listing_contacts
  for each row execute function private.touch_updated_at();
alter table public.listing_contacts enable row level security;
grant select on public.listing_contacts to authenticated;
grant update (phone_for_listing) on public.listing_contacts to authenticated;
grant all on public.listing_contacts to service_role;

-- What is particular to cars, horses and real estate. Each table mirrors itself into listings.details.
-- Values are codes in English; the API accepts and answers the words that the app shows.

create table public.car_details (
  listing_id uuid primary key references public.listings (id) on delete cascade,
  brand text not null check (char_length(brand) between 1 and 50),
  model text not null check (char_length(model) between 1 and 50),
  year integer check (year between 1900 and 2100),
  mileage integer check (mileage between 0 and 9999999),
  color text check (char_length(color) <= 50),
  transmission text check (transmission in ('manual', 'automatic', 'robot', 'variator')),
  fuel_type text check (fuel_type in ('petrol', 'diesel', 'gas', 'petrol_gas', 'hybrid', 'electric')),
  body_type text check (char_length(body_type) <= 50),
  engine_volume numeric(3, 1) check (engine_volume between 0 and 20),
  drive text check (drive in ('front', 'rear', 'all')),
  steering_wheel text check (steering_wheel in ('left', 'right')),
  condition text check (condition in ('new', 'excellent', 'good', 'needs_repair', 'damaged')),
  vin text check (vin ~ '^[A-HJ-NPR-Z0-9]{17}$'),
  damage_report text check (char_length(damage_report) <= 2000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.car_details is 'Details of a car, one row per listing of category car.';
comment on column public.car_details.mileage is 'In kilometres.';
comment on column public.car_details.year is 'Year of build, at most the next one: a trigger compares it, since a check cannot depend on today.';
create index car_details_brand_model_idx on public.car_details (brand, model);
create index car_details_year_idx on public.car_details (year);
create index car_details_mileage_idx on public.car_details (mileage);
create trigger car_details_touch_updated_at before update on public.car_details
  for each row execute function private.touch_updated_at();

-- Details are visible exactly where their listing is, and go with it only: deleted alone they would leave a listing that
-- nobody has checked without them.
alter table public.car_details enable row level security;
grant select on public.car_details to anon, authenticated;
grant update (
  brand, model, year, mileage, color, transmission, fuel_type, body_type, engine_volume, drive, steering_wheel,
  condition, vin, damage_report
) on public.car_details to authenticated;
grant all on public.car_details to service_role;

create table public.horse_details (
  listing_id uuid primary key references public.listings (id) on delete cascade,
  breed text not null check (char_length(breed) between 1 and 50),
  age integer check (age between 0 and 50),
  gender text check (gender in ('stallion', 'mare', 'gelding')),
  height integer check (height between 50 and 250),
  color text check (char_length(color) <= 50),
  training text check (char_length(training) <= 200),
  purpose text check (char_length(purpose) <= 200),
  pedigree boolean,
  health_certificate boolean,
  health_notes text check (char_length(health_notes) <= 2000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.horse_details is 'Details of a horse, one row per listing of category horse.';
comment on column public.horse_details.age is 'In years.';
comment on column public.horse_details.height is 'At the withers, in centimetres. The app sends 0 for "unknown"; stored as null.';
comment on column public.horse_details.gender is 'stallion Жеребец, mare Кобыла, gelding Мерин.';
create index horse_details_breed_idx on public.horse_details (breed);
create index horse_details_age_idx on public.horse_details (age);
create trigger horse_details_touch_updated_at before update on public.horse_details
  for each row execute function private.touch_updated_at();
alter table public.horse_details enable row level security;
grant select on public.horse_details to anon, authenticated;
grant update (
  breed, age, gender, height, color, training, purpose, pedigree, health_certificate, health_notes
) on public.horse_details to authenticated;
grant all on public.horse_details to service_role;

create table public.real_estate_details (
  listing_id uuid primary key references public.listings (id) on delete cascade,
  property_type text not null check (property_type in ('apartment', 'house', 'land', 'commercial')),
  deal_type text not null default 'sale' check (deal_type in ('sale', 'rent')),
  rooms integer check (rooms between 0 and 100),
  area numeric(12, 2) check (area between 0.01 and 9999999),
  land_area numeric(12, 2) check (land_area between 0.01 and 9999999),
  floor integer check (floor between -5 and 200),
  total_floors integer check (total_floors between 1 and 200),
  address text check (char_length(address) between 5 and 200),
  is_owner boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (floor <= total_floors)
);
comment on table public.real_estate_details is
  'Details of a flat, house, plot or shop, one row per listing of category real_estate.';
comment on column public.real_estate_details.area is 'In square metres.';
comment on column public.real_estate_details.land_area is 'In ares (sotki, 100 m²), as land is traded in Kyrgyzstan.';
comment on column public.real_estate_details.is_owner is 'False when an agent posts it.';
create index real_estate_details_property_rooms_idx on public.real_estate_details (property_type, rooms);
create index real_estate_details_area_idx on public.real_estate_details (area);
create trigger real_estate_details_touch_updated_at before update on public.real_estate_details
  for each row execute function private.touch_updated_at();
alter table public.real_estate_details enable row level security;
grant select on public.real_estate_details to anon, authenticated;
grant update (
  property_type, deal_type, rooms, area, land_area, floor, total_floors, address, is_owner
) on public.real_estate_details to authenticated;
grant all on public.real_estate_details to service_role;

create function private.refuse_unbuilt_car() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'a car of % is not built yet', new.year using errcode = '23514';
end;
$$;
comment on function private.refuse_unbuilt_car() is 'Trigger: limits the year of build to next year.';
create trigger car_details_not_unbuilt before insert or update of year on public.car_details
  for each row when (new.year > extract(year from current_date) + 1) execute function private.refuse_unbuilt_car();

create function private.mirror_details() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_unmirrored constant text[] := '{vin,damage_report,health_notes}';
  v_old constant jsonb := case when tg_op <> 'INSERT' then private.jsonb_without_nulls(
    pg_catalog.to_jsonb(old), 'listing_id', 'created_at', 'updated_at') else '{}' end;
  v_new constant jsonb := case when tg_op <> 'DELETE' then private.jsonb_without_nulls(
    pg_catalog.to_jsonb(new), 'listing_id', 'created_at', 'updated_at') else '{}' end;
  v_listing_id constant uuid := case when tg_op = 'DELETE' then old.listing_id else new.listing_id end;
begin
  -- Writing a listing touches all its indexes, so it is written only where something differs.
  update public.listings l set details = v_new - v_unmirrored
  where l.id = v_listing_id and l.details <> v_new - v_unmirrored and (l.category = tg_argv[0] or tg_op = 'DELETE');
  if not found and tg_op <> 'DELETE' and not exists (
      select from public.listings l where l.id = v_listing_id and l.category = tg_argv[0]) then
    raise exception '% belong to a listing of category %', tg_table_name, tg_argv[0] using errcode = '23514';
  end if;
  if exists (select from pg_catalog.unnest(v_unmirrored) as d (name) where v_old ->> d.name is distinct from v_new ->> d.name) then
    perform private.resubmit(v_listing_id);
  end if;
  return null;
end;
$$;
comment on function private.mirror_details() is
  'Trigger with the category as argument: copies the details into listings.details and refuses details of another '
  'category. Columns outside the mirror are content as well.';
create trigger car_details_mirror after insert or update or delete on public.car_details
  for each row execute function private.mirror_details('car');
create trigger horse_details_mirror after insert or update or delete on public.horse_details
  for each row execute function private.mirror_details('horse');
create trigger real_estate_details_mirror after insert or update or delete on public.real_estate_details
  for each row execute function private.mirror_details('real_estate');

create function private.keep_listing_of_details() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.listing_id <> old.listing_id then
    raise exception 'details cannot be moved to another listing' using errcode = '42501';
  end if;
  return new;
end;
$$;
comment on function private.keep_listing_of_details() is
  'Trigger: refuses moving details or contacts to another listing.';
create trigger listing_contacts_keep_listing before update of listing_id on public.listing_contacts
  for each row execute function private.keep_listing_of_details();
create trigger car_details_keep_listing before update of listing_id on public.car_details
  for each row execute function private.keep_listing_of_details();
create trigger horse_details_keep_listing before update of listing_id on public.horse_details
  for each row execute function private.keep_listing_of_details();
create trigger real_estate_details_keep_listing before update of listing_id on public.real_estate_details
  for each row execute function private.keep_listing_of_details();

revoke execute on function private.refuse_unbuilt_car(), private.mirror_details(), private.keep_listing_of_details()
  from public, anon, authenticated;

-- Indexes and statistics of listings: feed, filters, search, nearness, timers.

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

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
drop index public.listings_feed_nearest_idx;
create index listings_feed_nearest_idx on public.listings
  using gist (point(longitude::double precision * 0.7451::double precision, latitude::double precision))
  where status = 'active' and not is_hidden and deleted_at is null and latitude is not null;

"""Half a million listings, made by the server itself: skewed as a real market is, the same at every run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]
Tell = Callable[[str], None]

_BATCH = 50_000
_PER_SELLER = 12

_WORLD = """
create temporary table big_cities (n int, name text, latitude float8, longitude float8) on commit drop;
insert into big_cities values (0,'Бишкек',42.8746,74.5698),(1,'Бишкек',42.84,74.60),(2,'Бишкек',42.89,74.63),
  (3,'Бишкек',42.82,74.54),(4,'Ош',40.5283,72.7985),(5,'Ош',40.51,72.81),(6,'Джалал-Абад',40.9333,73.0),
  (7,'Каракол',42.4907,78.3936),(8,'Токмок',42.8421,75.3015),(9,'Нарын',41.4287,75.9911);
create temporary table big_cars (place int, brand text, models text[]) on commit drop;
insert into big_cars values (0,'Toyota','{Camry,Corolla,RAV4,Highlander,Prius}'),(1,'Toyota','{Camry,Avensis,Ist}'),
  (2,'Toyota','{Camry,Land Cruiser,4Runner}'),(3,'Honda','{Fit,Stepwgn,CR-V,Accord}'),(4,'Honda','{Fit,Odyssey}'),
  (5,'Hyundai','{Sonata,Solaris,Tucson}'),(6,'Kia','{Rio,K5,Sportage}'),(7,'Mercedes-Benz','{E-Class,C-Class,Sprinter}'),
  (8,'BMW','{3,5,X5}'),(9,'Lexus','{RX,GX,ES}'),(10,'Daewoo','{Nexia,Matiz}'),(11,'ВАЗ','{2107,2110,Нива}'),
  (12,'Subaru','{Forester,Legacy}'),(13,'Mazda','{6,CX-5,Demio}'),(14,'Nissan','{Qashqai,X-Trail}'),(15,'Volvo','{XC90}');
"""
_PEOPLE = """
insert into accounts (id, phone, name, city)
select md5('big seller ' || n)::uuid, '+99650' || lpad(n::text, 7, '0'), 'Продавец ' || n, 'Бишкек'
from generate_series(1, %(sellers)s::int) as n on conflict do nothing;
"""
_PROFILES = """
insert into public_profiles (id, name, city, is_verified, rating, total_sales, created_at)
select u.id, u.name, u.city, false, 4.5, 3, u.created_at from accounts u on conflict do nothing;
"""
_BUSINESSES = """
insert into business_accounts (id, user_id, name)
select md5('big business ' || n)::uuid, md5('big seller ' || n)::uuid, 'Салон ' || n
from generate_series(1, %(businesses)s::int) as n on conflict do nothing;
"""
_LISTINGS = """
insert into listings (id, seller_user_id, business_id, category, title, description, price, city, location, latitude,
  longitude, video_id, video_provider, video_status, video_url, thumbnail_url, status, moderation_status, views_count,
  likes_count, sold_at, delete_at, published_at, created_at, details)
select md5('big listing ' || r.n)::uuid, md5('big seller ' || r.seller)::uuid,
  case when r.seller <= %(businesses)s::int and r.d < 0.7 then md5('big business ' || r.seller)::uuid end, r.category,
  case r.category when 'car' then r.brand || ' ' || r.model || ' ' || r.year || r.extra
    when 'horse' then (case when r.d < 0.5 then 'Жеребец' else 'Кобыла' end) || ', ' || r.breed || r.extra
    else r.rooms || '-комнатная, ' || c.name || r.extra end,
  (array['Машина в родной краске, обслуживалась вовремя.','Торг уместен, срочно.','Один хозяин, без аварий.',
    'Документы готовы, переоформление сразу.','Красная, салон чистый.','Возможен обмен с доплатой.'])[1 + r.n %% 6]
    || ' ' || (array['Зимняя резина в подарок.','Звоните после шести.','Показ по договорённости.','Расход небольшой.',
    'Тойота надёжная как всегда.'])[1 + (r.n / 6) %% 5] || ' №' || r.n,
  round((exp(11.5 + 3.2 * r.a))::numeric, -3), c.name, c.name, round((c.latitude + (r.b - 0.5) * 0.1)::numeric, 6),
  round((c.longitude + (r.c - 0.5) * 0.14)::numeric, 6), 'viBig' || r.n, 'api_video', 'ready',
  'https://cdn.api.video/vod/viBig' || r.n || '/hls/manifest.m3u8',
  'https://cdn.api.video/vod/viBig' || r.n || '/thumbnail.jpg', r.status,
  case when r.d < 0.9 then 'approved' else 'pending' end, (pow(r.g, 6) * 20000)::int, (pow(r.g, 8) * 500)::int,
  case when r.status = 'sold' then now() - r.b * interval '14 days' end,
  case when r.status = 'sold' then now() + (1 - r.b) * interval '14 days' end,
  now() - r.c * interval '300 days', now() - r.c * interval '300 days',
  case r.category
    when 'car' then jsonb_build_object('brand', r.brand, 'model', r.model, 'year', r.year,
      'mileage', (r.b * 300000)::int,
      'transmission', (array['automatic','automatic','manual','variator'])[1 + r.n %% 4],
      'fuel_type', (array['petrol','petrol','petrol','gas','diesel','hybrid'])[1 + (r.n / 4) %% 6])
    when 'horse' then jsonb_build_object('breed', r.breed, 'age', 1 + r.n %% 15,
      'gender', (array['stallion','mare','gelding'])[1 + (r.n / 4) %% 3])
    else jsonb_build_object('property_type', (array['apartment','apartment','house','land','commercial'])[1 + r.n %% 5],
      'rooms', r.rooms, 'area', 25 + (r.b * 200)::int, 'deal_type', 'sale') end
from (
  select n, a, b, c, d, g, b2.brand, b2.models[1 + n %% cardinality(b2.models)] as model,
    1995 + (sqrt(b) * 31)::int as year,
    1 + n %% 5 as rooms, (array['Новокиргизская','Новокиргизская','Орловская','Донская'])[1 + n %% 4] as breed,
    (array['',', один хозяин',', срочно',' не битая',', обмен'])[1 + (n / 7) %% 5] as extra,
    1 + (pow(f, 3) * (%(sellers)s::int - 1))::int as seller, floor(e * 9.99)::int as city,
    case when d < 0.7 then 'car' when d < 0.9 then 'real_estate' else 'horse' end as category,
    case when h < 0.88 then 'active' when h < 0.93 then 'sold' when h < 0.97 then 'archived' else 'pending_review' end
      as status
  from (select n, random() as a, random() as b, random() as c, random() as d, random() as e,
          random() as f, random() as g, random() as h
        from generate_series(%(first)s::int, %(last)s::int) as n) as dice
  join big_cars b2 on b2.place = floor((1 - sqrt(f)) * 15.99)
) as r join big_cities c on c.n = r.city;
"""
_DETAILS = """
insert into car_details (listing_id, brand, model, year, mileage, transmission, fuel_type)
select l.id, l.brand, l.model, l.year, l.mileage, l.details ->> 'transmission', l.fuel_type
from listings l
where l.category = 'car' and l.video_id like 'viBig%' on conflict do nothing;
insert into horse_details (listing_id, breed, age, gender)
select l.id, l.breed, l.age, l.gender from listings l where l.category = 'horse'
  and l.video_id like 'viBig%' on conflict do nothing;
insert into real_estate_details (listing_id, property_type, rooms, area)
select l.id, l.property_type, l.rooms, l.area from listings l where l.category = 'real_estate'
  and l.video_id like 'viBig%' on conflict do nothing;
"""


def seed(connection: Connection, rows: int, *, tell: Tell) -> None:
    """Add so many listings in the transaction of the connection.

    Triggers and foreign keys rest meanwhile, and the indexes of listings are made anew at the end: both would take most
    of the time. Needs the right to set session_replication_role. A rollback leaves nothing.
    """
    sizes = {"sellers": max(20, rows // _PER_SELLER), "businesses": max(2, rows // 2000)}
    connection.execute("set local session_replication_role = replica")
    connection.execute("set local maintenance_work_mem = '256MB'")
    connection.execute("select setseed(0.36)")
    connection.execute(_WORLD)
    for text in (_PEOPLE, _PROFILES, _BUSINESSES):
        connection.execute(text.encode(), sizes if "%(" in text else None)
    indexes = _drop_indexes(connection)
    for first in range(1, rows + 1, _BATCH):
        last = min(first + _BATCH - 1, rows)
        connection.execute(_LISTINGS.encode(), {**sizes, "first": first, "last": last})
        tell(f"{last:>9,} listings")
    connection.execute(_DETAILS)
    tell("details")
    for number, definition in enumerate(indexes, 1):
        connection.execute(definition.encode())
        tell(f"index {number} of {len(indexes)}")
    connection.execute("analyze listings")
    connection.execute("analyze public_profiles")


def _drop_indexes(connection: Connection) -> list[str]:
    """Drop the indexes of listings that no constraint needs, and give their definitions."""
    found = connection.execute(
        """select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i
           where i.indrelid = 'public.listings'::regclass and not i.indisprimary and not i.indisunique order by 1"""
    ).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("drop index {}").format(sql.Identifier(*name.split("."))))
    return [definition for _, definition in found]


def a_seller_and_a_business(connection: Connection) -> tuple[str, str]:
    """Return the ids of a seller and of a business with some listings."""
    query = "select md5('big seller 15')::uuid::text, md5('big business 2')::uuid::text"
    seller, business = connection.execute(query).fetchall()[0]
    return str(seller), str(business)

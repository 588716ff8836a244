-- Tables beside a listing: its contacts, and what is particular to cars, horses and real estate. Each table of details
-- mirrors itself into listings.details. Values are codes in English; the API takes and gives the words of the app.

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

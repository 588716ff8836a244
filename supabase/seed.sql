-- Demo data for a local or trial project. Never for production. Invented people, numbers and things.
-- Running it again changes nothing: every row has a fixed id. Dates are relative to the first run.

-- One statement: the Supabase command line tool prepares all statements of a file before it runs the first, and none could
-- name a temporary table of another.
do $seed$
begin
create or replace function pg_temp.demo_id(p_kind text, p_number integer) returns uuid
language sql immutable as $$ select md5('360auto demo ' || p_kind || ' ' || p_number)::uuid $$;

create temporary table demo_cities (n integer primary key, name text, latitude numeric, longitude numeric);
insert into demo_cities values
  (1, 'Бишкек', 42.874621, 74.569762), (2, 'Ош', 40.528300, 72.798500), (3, 'Джалал-Абад', 40.933300, 73.000000),
  (4, 'Каракол', 42.490700, 78.393600), (5, 'Токмок', 42.842100, 75.301500), (6, 'Нарын', 41.428700, 75.991100),
  (7, 'Талас', 42.522800, 72.242700), (8, 'Баткен', 40.062600, 70.819400), (9, 'Чолпон-Ата', 42.650000, 77.083300),
  (10, 'Кара-Балта', 42.814400, 73.848600), (11, 'Балыкчы', 42.460200, 76.187000), (12, 'Кочкор', 42.215600, 75.755700);

-- People. 13 is a moderator, 14 an administrator.
insert into public.accounts (id, phone, name, city, bio, is_verified, rating, total_sales, role, language, last_login_at, last_seen, created_at)
select pg_temp.demo_id('user', u.n), '+996700000' || (100 + u.n), u.name, c.name, u.bio, u.verified, u.rating, u.sales,
  u.role, u.language, now() - u.n * interval '3 hours', now() - u.n * interval '20 minutes', now() - (400 - u.n * 20) * interval '1 day'
from (values
  (1, 'Азамат', 1, 'Продаю свои машины, без посредников.', true, 4.80, 12, 'user', 'ru'),
  (2, 'Айгүл', 2, 'Үй-бүлөлүк унааларды сатабыз.', true, 4.60, 5, 'user', 'ky'),
  (3, 'Бакыт', 6, 'Коневод в третьем поколении, Нарынская область.', true, 4.95, 31, 'user', 'ru'),
  (4, 'Жылдыз', 4, 'Квартиры и дома у Иссык-Куля.', false, 4.20, 3, 'user', 'ru'),
  (5, 'Эрлан', 5, null, false, 0, 0, 'user', 'ru'),
  (6, 'Наргиза', 3, 'Отвечаю с 9 до 20.', false, 4.00, 2, 'user', 'ru'),
  (7, 'Тимур', 1, 'Менеджер автосалона.', true, 4.70, 48, 'user', 'ru'),
  (8, 'Гүлнара', 1, 'Агент по недвижимости.', true, 4.90, 27, 'user', 'ru'),
  (9, 'Марат', 7, 'Ат чабыш, улак — жашоом.', false, 4.50, 9, 'user', 'ky'),
  (10, 'Светлана', 10, null, false, 0, 0, 'user', 'ru'),
  (11, 'Нурбек', 12, 'Жеребцы и кобылы новокиргизской породы.', true, 4.85, 16, 'user', 'ru'),
  (12, 'Асель', 1, 'Ищу машину для семьи.', false, 0, 0, 'user', 'ru'),
  (13, 'Модератор', 1, null, false, 0, 0, 'moderator', 'ru'),
  (14, 'Администратор', 1, null, false, 0, 0, 'admin', 'ru')
) as u (n, name, city, bio, verified, rating, sales, role, language)
join demo_cities c on c.n = u.city
on conflict do nothing;

insert into public.user_consents (id, user_id, terms_version, privacy_version, processing_version, marketing_accepted, notifications_accepted)
select pg_temp.demo_id('consent', n), pg_temp.demo_id('user', n), '2025.11.01', '2025.11.01', '2025.11.01', n % 3 = 0, true
from generate_series(1, 12) as n
on conflict do nothing;

-- Businesses: a car dealer, a stud farm, an estate agency.
insert into public.business_accounts
  (id, user_id, name, category, description, phone_public, city, address, working_hours, created_at)
select pg_temp.demo_id('business', b.n), pg_temp.demo_id('user', b.owner), b.name, b.category, b.description,
  b.phone, c.name, b.address, '{"mon": {"from": "09:00", "to": "19:00"}, "sat": {"from": "10:00", "to": "16:00"}}',
  now() - interval '150 days'
from (values
  (1, 7, 'Ала-Тоо Авто', 'car', 'Проверенные автомобили из Кореи, Японии и Европы. Гарантия на двигатель и коробку.', '+996700000201', 1, 'мкр Тунгуч, авторынок, ряд 12'),
  (2, 11, 'Кочкор Жылкы', 'horse', 'Племенное хозяйство: новокиргизская порода, спортивные и рабочие лошади.', '+996700000202', 12, 'село Кочкор, улица Садовая, 4'),
  (3, 8, 'Тянь-Шань Недвижимость', 'real_estate', 'Квартиры, дома и участки в Бишкеке и на Иссык-Куле.', '+996700000203', 1, 'улица Горная, 18, офис 3')
) as b (n, owner, name, category, description, phone, city, address)
join demo_cities c on c.n = b.city
on conflict do nothing;

update public.business_registrations r set tax_id = v.tax_id, verification_status = v.status
from (values (1, '00000000000101', 'approved'), (2, '00000000000102', 'approved'), (3, '00000000000103', 'pending'))
  as v (n, tax_id, status)
where r.business_id = pg_temp.demo_id('business', v.n) and r.tax_id is null;

insert into public.business_members (id, business_id, user_id, role, status, invited_by, accepted_at)
select pg_temp.demo_id('member', m.n), pg_temp.demo_id('business', m.business), pg_temp.demo_id('user', m.member), m.role, m.status,
  pg_temp.demo_id('user', m.inviter), case when m.status = 'active' then now() - interval '90 days' end
from (values
  (1, 1, 1, 'admin', 'active', 7), (2, 1, 6, 'seller', 'active', 7), (3, 2, 3, 'admin', 'active', 11),
  (4, 2, 9, 'seller', 'active', 11), (5, 3, 4, 'seller', 'active', 8), (6, 3, 10, 'seller', 'invited', 8)
) as m (n, business, member, role, status, inviter)
on conflict do nothing;

-- Listings enter as drafts, get their details, and are then published, as they do through the API.
create temporary table demo_listings (
  n integer primary key, category text, seller integer, business integer, city integer, days numeric, price numeric,
  status text, title text, description text, details jsonb
);

insert into demo_listings
select n, 'car', seller, business, city, days, price, status, title, description, jsonb_strip_nulls(jsonb_build_object(
  'brand', brand, 'model', model, 'year', year, 'mileage', mileage, 'color', color, 'transmission', transmission,
  'fuel_type', fuel, 'body_type', body, 'engine_volume', volume, 'drive', drive, 'steering_wheel', wheel))
from (values
  (1, 1, null::integer, 1, 0.2, 1950000, 'active', 'Toyota Camry 2018, один хозяин', 'Машина в родной краске, обслуживалась вовремя. Салон чистый, не прокурен. Зимняя резина в подарок.', 'Toyota', 'Camry', 2018, 92000, 'белый', 'automatic', 'petrol', 'седан', 2.5, 'front', 'left'),
  (2, 7, 1, 1, 0.5, 1680000, 'active', 'Hyundai Sonata 2019 из Кореи', 'Полная комплектация, панорама, подогрев всех сидений. Учёт готов. Возможен обмен.', 'Hyundai', 'Sonata', 2019, 78000, 'серый', 'automatic', 'gas', 'седан', 2.0, 'front', 'left'),
  (3, 7, 1, 1, 1.1, 2950000, 'active', 'Lexus RX 350 2017', 'Комплектация F Sport, камера 360°, вентиляция сидений. Без вложений.', 'Lexus', 'RX', 2017, 110000, 'чёрный', 'automatic', 'petrol', 'кроссовер', 3.5, 'all', 'left'),
  (4, 2, null, 2, 1.5, 780000, 'active', 'Honda Fit 2014, экономдүү', 'Абалы жакшы, күнүмдүк айдоого ыңгайлуу. Шаарда 5 литр гана кетет.', 'Honda', 'Fit', 2014, 134000, 'көк', 'variator', 'hybrid', 'хэтчбек', 1.5, 'front', 'right'),
  (5, 5, null, 5, 2.0, 420000, 'active', 'Daewoo Nexia 2012', 'Рабочая лошадка, двигатель сухой, вложений не требует. Торг у капота.', 'Daewoo', 'Nexia', 2012, 187000, 'серебристый', 'manual', 'petrol_gas', 'седан', 1.6, 'front', 'left'),
  (6, 6, 1, 3, 2.3, 1320000, 'active', 'Kia K5 2016 LPI', 'Газ заводской, расход небольшой. Документы в порядке, переоформление в день покупки.', 'Kia', 'K5', 2016, 121000, 'белый', 'automatic', 'gas', 'седан', 2.0, 'front', 'left'),
  (7, 1, 1, 1, 3.4, 3650000, 'active', 'Toyota Land Cruiser Prado 2015', 'Дизель, семь мест, блокировка. Ездили на Сон-Куль и в Сары-Челек, не подводил.', 'Toyota', 'Land Cruiser Prado', 2015, 146000, 'чёрный', 'automatic', 'diesel', 'внедорожник', 2.8, 'all', 'left'),
  (8, 10, null, 10, 3.9, 560000, 'active', 'Volkswagen Golf 4, 2003', 'Немецкое качество, салон родной. Кузов без гнили, есть мелкие царапины.', 'Volkswagen', 'Golf', 2003, 241000, 'зелёный', 'manual', 'petrol', 'хэтчбек', 1.6, 'front', 'left'),
  (9, 7, 1, 1, 4.2, 2480000, 'active', 'Toyota RAV4 Hybrid 2019', 'Гибрид, расход 6 литров по городу. Пригнали из Канады, без аварий.', 'Toyota', 'RAV4', 2019, 68000, 'красный', 'variator', 'hybrid', 'кроссовер', 2.5, 'all', 'left'),
  (10, 1, null, 1, 5.0, 890000, 'active', 'Subaru Outback 2011', 'Полный привод, прошли техосмотр. Ремень и ролики заменены в сентябре.', 'Subaru', 'Outback', 2011, 178000, 'синий', 'variator', 'petrol', 'универсал', 2.5, 'all', 'left'),
  (11, 2, null, 2, 5.6, 650000, 'active', 'Mercedes-Benz Sprinter 2006', 'Жүргүнчү ташууга даяр, 18 орун. Мотору жаңы оңдолгон.', 'Mercedes-Benz', 'Sprinter', 2006, 389000, 'ак', 'manual', 'diesel', 'микроавтобус', 2.7, 'rear', 'left'),
  (12, 6, 1, 3, 6.3, 1150000, 'active', 'Chevrolet Cobalt 2022', 'Почти новая, на гарантии. Кондиционер, музыка, коврики.', 'Chevrolet', 'Cobalt', 2022, 31000, 'белый', 'automatic', 'petrol', 'седан', 1.5, 'front', 'left'),
  (13, 7, 1, 1, 7.1, 1890000, 'active', 'BMW 320i 2016', 'Пакет M, новые тормозные диски, обслуживание у дилера.', 'BMW', '3 Series', 2016, 99000, 'белый', 'automatic', 'petrol', 'седан', 2.0, 'rear', 'left'),
  (14, 5, null, 5, 8.0, 350000, 'active', 'ВАЗ 2107, 2010 год', 'На ходу, для села самое то. Капитальный ремонт двигателя год назад.', 'ВАЗ', '2107', 2010, 96000, 'белый', 'manual', 'petrol_gas', 'седан', 1.6, 'rear', 'left'),
  (15, 1, null, 9, 8.8, 1240000, 'active', 'Mitsubishi Delica D:5 2013', 'Для большой семьи и поездок на озеро. Восемь мест, печка на третий ряд.', 'Mitsubishi', 'Delica', 2013, 143000, 'серый', 'variator', 'petrol', 'минивэн', 2.4, 'all', 'right'),
  (16, 7, 1, 1, 9.5, 2190000, 'active', 'Tesla Model 3 2020', 'Запас хода 400 км, зарядное устройство в комплекте. Автопилот работает.', 'Tesla', 'Model 3', 2020, 84000, 'синий', 'automatic', 'electric', 'седан', null, 'rear', 'left'),
  (17, 10, null, 10, 10.4, 720000, 'active', 'Audi A6 C5 2002 quattro', 'Полный привод, кожа, ухоженная. Хозяин не курит.', 'Audi', 'A6', 2002, 268000, 'чёрный', 'automatic', 'petrol', 'седан', 3.0, 'all', 'left'),
  (18, 2, null, 2, 11.0, 980000, 'active', 'Toyota Ist 2008', 'Аялдар айдаган, таза. Салону кемчиликсиз.', 'Toyota', 'Ist', 2008, 156000, 'кызыл', 'automatic', 'petrol', 'хэтчбек', 1.5, 'front', 'right'),
  (19, 6, null, 3, 12.5, 1490000, 'sold', 'Hyundai Tucson 2017', 'Продан. Спасибо всем, кто звонил.', 'Hyundai', 'Tucson', 2017, 105000, 'серый', 'automatic', 'petrol', 'кроссовер', 2.0, 'all', 'left'),
  (20, 1, null, 1, 20.0, 1010000, 'sold', 'Honda Accord 2013', 'Хорошее состояние, продана в один день.', 'Honda', 'Accord', 2013, 149000, 'чёрный', 'automatic', 'petrol', 'седан', 2.4, 'front', 'left'),
  (21, 7, 1, 1, 0.1, 2750000, 'pending_review', 'Lexus GX 470 2008 в отличном состоянии', 'Мощный и надёжный внедорожник. Подвеска пневматическая, всё работает.', 'Lexus', 'GX', 2008, 193000, 'бежевый', 'automatic', 'petrol', 'внедорожник', 4.7, 'all', 'left'),
  (22, 5, null, 5, 0.3, 480000, 'draft', 'Opel Vectra 2005', 'Допишу описание позже.', 'Opel', 'Vectra', 2005, 221000, 'серый', 'manual', 'petrol', 'седан', 1.8, 'front', 'left'),
  (23, 10, null, 10, 2.6, 150000, 'rejected', 'Срочно!!! Машина почти даром', 'Пишите, предоплата на карту.', 'Mazda', '626', 1999, 310000, 'зелёный', 'manual', 'petrol', 'седан', 2.0, 'front', 'left'),
  (24, 2, null, 2, 70.0, 610000, 'expired', 'Toyota Vitz 2009', 'Шаар үчүн эң ыңгайлуу унаа.', 'Toyota', 'Vitz', 2009, 162000, 'күмүш', 'automatic', 'petrol', 'хэтчбек', 1.3, 'front', 'right'),
  (25, 1, null, 1, 95.0, 1330000, 'archived', 'Nissan X-Trail 2014', 'Снято с продажи, решил оставить себе.', 'Nissan', 'X-Trail', 2014, 138000, 'белый', 'variator', 'petrol', 'кроссовер', 2.0, 'all', 'right'),
  (26, 7, 1, 1, 13.2, 1740000, 'active', 'Volkswagen Passat B8 2016', 'Дизель, расход 5 литров на трассе. Адаптивный круиз, ассистент парковки.', 'Volkswagen', 'Passat', 2016, 117000, 'синий', 'robot', 'diesel', 'универсал', 2.0, 'front', 'left')
) as v (n, seller, business, city, days, price, status, title, description, brand, model, year, mileage, color, transmission, fuel, body, volume, drive, wheel);

insert into demo_listings
select n, 'horse', seller, business, city, days, price, status, title, description, jsonb_strip_nulls(jsonb_build_object(
  'breed', breed, 'age', age, 'gender', gender, 'height', height, 'color', color, 'training', training, 'purpose', purpose,
  'pedigree', pedigree, 'health_certificate', certificate))
from (values
  (101, 3, 2, 12, 0.4, 280000, 'active', 'Жеребец новокиргизской породы, 5 лет', 'Спокойный, объезжен под седло, не боится машин. Ветеринарный паспорт на руках.', 'Новокиргизская', 5, 'stallion', 152, 'гнедой', 'под седло', 'спорт', true, true),
  (102, 11, 2, 12, 1.0, 190000, 'active', 'Кобыла кыргызской породы с жеребёнком', 'Хорошо доится, кумыс отличный. Жеребёнку три месяца.', 'Кыргызская', 7, 'mare', 142, 'рыжая', null, 'кумыс', false, true),
  (103, 9, null, 7, 1.8, 450000, 'active', 'Улакка даяр айгыр', 'Күчтүү, тез, улак тартууга үйрөтүлгөн. Жашы алтыда.', 'Новокиргизская', 6, 'stallion', 156, 'кара', 'кок-бору', 'кок-бору', true, true),
  (104, 3, null, 6, 2.7, 120000, 'active', 'Мерин для чабана, выносливый', 'Ходит по горам, зимует на подножном корме. Продаю, потому что сократил отару.', 'Кыргызская', 9, 'gelding', 140, 'саврасый', 'рабочий', 'работа', false, true),
  (105, 11, 2, 12, 3.1, 620000, 'active', 'Английская чистокровная, жеребец', 'Участвовал в скачках на ипподроме, второе место. Родословная есть.', 'Чистокровная верховая', 4, 'stallion', 163, 'тёмно-гнедой', 'скаковой', 'скачки', true, true),
  (106, 9, 2, 7, 4.4, 165000, 'active', 'Кобыла, жеребая, 6 лет', 'Покрыта племенным жеребцом, срок в апреле. Характер мягкий.', 'Новокиргизская', 6, 'mare', 148, 'буланая', 'под седло', 'племя', true, true),
  (107, 4, null, 4, 5.2, 98000, 'active', 'Детская лошадка для проката', 'Очень спокойная, катает детей на Иссык-Куле третий сезон.', 'Кыргызская', 11, 'mare', 136, 'пегая', 'прокат', 'прокат', false, true),
  (108, 3, 2, 6, 6.0, 310000, 'active', 'Донская, кобыла, высокая', 'Для туризма и дальних маршрутов. Подкована, приучена к стоянкам.', 'Донская', 8, 'mare', 158, 'золотисто-рыжая', 'под седло', 'туризм', true, true),
  (109, 11, 2, 12, 7.3, 240000, 'active', 'Жеребчик, два года, перспективный', 'От призёра республиканских скачек. Ещё не заезжен.', 'Новокиргизская', 2, 'stallion', 146, 'гнедой', 'не заезжен', 'скачки', true, true),
  (110, 9, null, 7, 8.5, 175000, 'active', 'Жорго ат сатылат', 'Жоргосу жумшак, узак жолго чыдамдуу. Баасы келишимдүү.', 'Кыргызская', 7, 'gelding', 143, 'боз', 'иноходь', 'прогулка', false, true),
  (111, 3, null, 6, 9.9, 135000, 'active', 'Кобыла на мясо или в табун', 'Упитанная, здоровая. Возможна доставка в Нарын и Кочкор.', 'Кыргызская', 12, 'mare', 139, 'вороная', null, 'табун', false, false),
  (112, 11, 2, 12, 10.8, 890000, 'active', 'Ахалтекинский жеребец, изабелловый', 'Редкая масть, родословная до пятого колена. Осмотр по договорённости.', 'Ахалтекинская', 6, 'stallion', 160, 'изабелловый', 'под седло', 'племя', true, true),
  (113, 4, null, 9, 12.0, 150000, 'active', 'Две лошади с сёдлами, комплект', 'Продаю вместе с амуницией. Подходят для гостевого дома.', 'Кыргызская', 8, 'gelding', 141, 'гнедой', 'прокат', 'туризм', false, true),
  (114, 9, 2, 7, 13.4, 205000, 'sold', 'Айгыр, беш жашта', 'Сатылды, рахмат.', 'Новокиргизская', 5, 'stallion', 151, 'жээрде', 'под седло', 'спорт', true, true),
  (115, 3, null, 6, 0.2, 160000, 'pending_review', 'Кобыла новокиргизская, 4 года', 'Молодая, здоровая, приучена к поводу.', 'Новокиргизская', 4, 'mare', 147, 'рыжая', 'приучена к поводу', 'племя', true, true),
  (116, 11, 2, 12, 0.6, 300000, 'draft', 'Жеребец, описание готовится', '', 'Новокиргизская', 3, 'stallion', 150, null, null, null, true, true),
  (117, 9, null, 7, 80.0, 110000, 'expired', 'Мерин спокойный', 'Для начинающего всадника.', 'Кыргызская', 10, 'gelding', 140, 'серый', 'под седло', 'прогулка', false, true),
  (118, 3, 2, 6, 14.6, 220000, 'active', 'Кобыла дойная, высокий удой', 'До 12 литров в день. Привыкла к людям, доится легко.', 'Новокиргизская', 8, 'mare', 149, 'гнедая', null, 'кумыс', true, true)
) as v (n, seller, business, city, days, price, status, title, description, breed, age, gender, height, color, training, purpose, pedigree, certificate);

insert into demo_listings
select n, 'real_estate', seller, business, city, days, price, status, title, description, jsonb_strip_nulls(jsonb_build_object(
  'property_type', property, 'deal_type', deal, 'rooms', rooms, 'area', area, 'land_area', land, 'floor', floor,
  'total_floors', floors, 'address', address, 'is_owner', is_owner))
from (values
  (201, 8, 3, 1, 0.3, 6900000, 'active', '2-комнатная квартира, мкр Джал', 'Элитный дом, свежий ремонт, мебель и техника остаются. Закрытый двор, паркинг.', 'apartment', 'sale', 2, 64, null::numeric, 7, 12, 'мкр Джал, дом 41', false),
  (202, 8, 3, 1, 0.9, 45000, 'active', 'Сдаётся 1-комнатная, Моссовет', 'Для одного или семьи без животных. Интернет подключён, рядом парк.', 'apartment', 'rent', 1, 38, null, 3, 5, 'улица Московская, 120', false),
  (203, 4, 3, 9, 1.4, 12500000, 'active', 'Дом у Иссык-Куля, 200 метров до пляжа', 'Кирпичный, два этажа, отопление, сад. Подойдёт под гостевой дом.', 'house', 'sale', 6, 210, 8, null::integer, 2, 'город Чолпон-Ата, улица Береговая, 9', true),
  (204, 5, null, 5, 2.2, 3200000, 'active', 'Участок 6 соток под строительство', 'Свет и вода проведены, красная книга. Ровный, прямоугольный.', 'land', 'sale', null, null, 6, null, null, 'село Красная Речка, Токмок', true),
  (205, 2, null, 2, 3.3, 4100000, 'active', '3 бөлмөлүү квартира, Ош шаары', 'Шаардын борборунда, мектеп жана базар жакын. Документтери таза.', 'apartment', 'sale', 3, 72, null, 4, 5, 'Ош шаары, Курманжан Датка көчөсү', true),
  (206, 8, 3, 1, 3.8, 15800000, 'active', 'Коммерческое помещение, центр', 'Первая линия, витринные окна, отдельный вход. Подойдёт под кафе или аптеку.', 'commercial', 'sale', 4, 140, null, 1, 9, 'проспект Чуй, 200', false),
  (207, 6, null, 3, 4.6, 2850000, 'active', 'Дом в Джалал-Абаде, 4 комнаты', 'Саманный, обложен кирпичом. Сад, гараж, летняя кухня.', 'house', 'sale', 4, 96, 7, null, 1, 'город Джалал-Абад, улица Эркиндик, 33', true),
  (208, 8, 3, 1, 5.5, 8700000, 'active', '3-комнатная квартира в новостройке', 'Дом сдан, псо. Вид на горы, два санузла, тёплая.', 'apartment', 'sale', 3, 98, null, 11, 14, 'улица Токомбаева, 21', false),
  (209, 10, null, 10, 6.4, 1950000, 'active', '2-комнатная, Кара-Балта, хрущёвка', 'Сухая, тёплая, соседи спокойные. Торг уместен.', 'apartment', 'sale', 2, 45, null, 2, 5, 'город Кара-Балта, 7-й микрорайон', true),
  (210, 4, 3, 4, 7.5, 5400000, 'active', 'Коттедж в Караколе, вид на горы', 'Новый дом, тёплые полы, баня. До подъёмника 10 минут.', 'house', 'sale', 5, 160, 10, null, 2, 'город Каракол, улица Гагарина, 57', false),
  (211, 8, 3, 1, 8.2, 90000, 'active', 'Аренда офиса 60 м², бизнес-центр', 'Охрана, парковка, переговорная. Коммунальные услуги включены.', 'commercial', 'rent', 2, 60, null, 5, 8, 'улица Ибраимова, 115', false),
  (212, 5, null, 5, 9.1, 1600000, 'active', 'Дача с плодовым садом', 'Яблони, груши, малина. Домик 40 м², скважина.', 'house', 'sale', 2, 40, 5, null, 1, 'село Кегети, дачное общество', true),
  (213, 8, 3, 1, 10.2, 4650000, 'active', '1-комнатная студия, мкр Асанбай', 'Дизайнерский ремонт, всё новое. Отличный вариант под аренду.', 'apartment', 'sale', 1, 42, null, 9, 10, 'мкр Асанбай, дом 27', false),
  (214, 4, 3, 9, 11.3, 2400000, 'active', 'Участок 10 соток, Бостери', 'До озера 800 метров, тихое место. Есть проект дома.', 'land', 'sale', null, null, 10, null, null, 'село Бостери, Иссык-Кульский район', false),
  (215, 6, null, 3, 12.4, 3750000, 'active', '4-комнатная, Жалал-Абад, Спутник', 'Кеңири бөлмөлөр, лоджия, гараж менен.', 'apartment', 'sale', 4, 88, null, 3, 5, 'мкр Спутник, дом 12', true),
  (216, 2, null, 8, 13.8, 1850000, 'active', 'Баткенде үй сатылат', 'Беш бөлмө, чарбак 12 сотых, арык суусу бар.', 'house', 'sale', 5, 110, 12, null, 1, 'Баткен шаары, Достук көчөсү', true),
  (217, 8, 3, 1, 18.0, 5900000, 'sold', '2-комнатная, Филармония', 'Продано за неделю.', 'apartment', 'sale', 2, 58, null, 6, 9, 'улица Киевская, 160', false),
  (218, 8, 3, 1, 0.1, 7300000, 'pending_review', '3-комнатная, мкр 12, евроремонт', 'Три изолированные комнаты, встроенная кухня, документы готовы.', 'apartment', 'sale', 3, 76, null, 5, 9, '12-й микрорайон, дом 8', false),
  (219, 10, null, 10, 1.2, 900000, 'draft', 'Участок, Кара-Балта', 'Уточняю площадь.', 'land', 'sale', null, null, 5, null, null, 'город Кара-Балта, новостройка', true),
  (220, 5, null, 5, 110.0, 2700000, 'archived', 'Дом в Токмоке, 3 комнаты', 'Снято с продажи.', 'house', 'sale', 3, 78, 6, null, 1, 'город Токмок, улица Ленина, 88', true)
) as v (n, seller, business, city, days, price, status, title, description, property, deal, rooms, area, land, floor, floors, address, is_owner);

insert into public.listings
  (id, seller_user_id, business_id, category, title, description, price, city, location, latitude, longitude,
   video_id, video_provider, video_status, thumbnail_url, video_thumbnail_url, video_url, video_player_url, created_at, updated_at)
select pg_temp.demo_id('listing', d.n), pg_temp.demo_id('user', d.seller), pg_temp.demo_id('business', d.business),
  d.category, d.title, d.description, d.price, c.name, c.name,
  c.latitude + (d.n % 17 - 8) * 0.0031, c.longitude + (d.n % 13 - 6) * 0.0043,
  -- Two videos of three are still at api.video, the others have been moved.
  case when v.at_api_video then v.source_id end,
  case when v.has_video then case when v.at_api_video then 'api_video' else 'yandex' end end,
  case when v.has_video then 'ready' else 'none' end,
  v.thumbnail, v.thumbnail,
  case when v.at_api_video then 'https://cdn.api.video/vod/' || v.source_id || '/hls/manifest.m3u8' end,
  case when v.at_api_video then 'https://embed.api.video/vod/' || v.source_id end,
  now() - d.days * interval '1 day', now() - d.days * interval '1 day'
from demo_listings d
join demo_cities c on c.n = d.city
cross join lateral (
  select d.status <> 'draft' as has_video, d.status <> 'draft' and d.n % 3 <> 0 as at_api_video,
    'viDemo' || d.n as source_id,
    case when d.status <> 'draft' then 'https://cdn.api.video/vod/viDemo' || d.n || '/thumbnail.jpg' end as thumbnail
) as v
on conflict do nothing;

insert into public.listing_contacts (listing_id, phone_for_listing)
select pg_temp.demo_id('listing', d.n), '+996700000' || (100 + d.seller) from demo_listings d
on conflict do nothing;

insert into public.car_details
  (listing_id, brand, model, year, mileage, color, transmission, fuel_type, body_type, engine_volume, drive, steering_wheel, condition)
select pg_temp.demo_id('listing', d.n), r.brand, r.model, r.year, r.mileage, r.color, r.transmission, r.fuel_type, r.body_type,
  r.engine_volume, r.drive, r.steering_wheel, case when r.mileage < 40000 then 'excellent' else 'good' end
from demo_listings d cross join lateral jsonb_populate_record(null::public.car_details, d.details) as r
where d.category = 'car'
on conflict do nothing;

insert into public.horse_details
  (listing_id, breed, age, gender, height, color, training, purpose, pedigree, health_certificate)
select pg_temp.demo_id('listing', d.n), r.breed, r.age, r.gender, r.height, r.color, r.training, r.purpose, r.pedigree, r.health_certificate
from demo_listings d cross join lateral jsonb_populate_record(null::public.horse_details, d.details) as r
where d.category = 'horse'
on conflict do nothing;

insert into public.real_estate_details
  (listing_id, property_type, deal_type, rooms, area, land_area, floor, total_floors, address, is_owner)
select pg_temp.demo_id('listing', d.n), r.property_type, r.deal_type, r.rooms, r.area, r.land_area, r.floor, r.total_floors, r.address, r.is_owner
from demo_listings d cross join lateral jsonb_populate_record(null::public.real_estate_details, d.details) as r
where d.category = 'real_estate'
on conflict do nothing;

-- Rows that have left the state of a draft were published by an earlier run and are left alone.
update public.listings l set
  status = d.status,
  moderation_status = case d.status when 'pending_review' then 'pending' when 'rejected' then 'rejected' else 'approved' end,
  published_at = case when d.status in ('active', 'sold', 'expired', 'archived') then l.created_at + interval '2 hours' end,
  expires_at = case when d.status in ('active', 'expired') then l.created_at + interval '60 days' end,
  sold_at = case when d.status = 'sold' then now() - interval '2 days' end,
  delete_at = case when d.status = 'sold' then now() + interval '12 days' end,
  is_boosted = d.n in (3, 105, 201), boost_type = case when d.n in (3, 105, 201) then 'top' end,
  boost_activated_at = case when d.n in (3, 105, 201) then now() - interval '1 day' end,
  boost_expires_at = case when d.n in (3, 105, 201) then now() + interval '13 days' end
from demo_listings d
where l.id = pg_temp.demo_id('listing', d.n) and l.status = 'draft' and d.status <> 'draft';

insert into public.videos
  (id, owner_user_id, listing_id, provider, provider_video_id, fallback_provider, fallback_video_id, fallback_until, state,
   ownership, title, content_type, bytes, duration_seconds, width, height, next_check_at, created_at)
select pg_temp.demo_id('video', d.n), pg_temp.demo_id('user', d.seller), pg_temp.demo_id('listing', d.n),
  case when d.n % 3 <> 0 then 'api_video' else 'yandex' end, case when d.n % 3 <> 0 then 'viDemo' || d.n else 'vplvDemo' || d.n end,
  case when d.n % 3 = 0 then 'api_video' end, case when d.n % 3 = 0 then 'viDemo' || d.n end,
  case when d.n % 3 = 0 then now() + interval '80 days' end, 'ready', 'adopted', d.title, 'video/mp4',
  8000000 + (d.n * 7919000) % 60000000, 15 + d.n % 90, 1280, 720, now(), now() - d.days * interval '1 day'
from demo_listings d where d.status <> 'draft'
on conflict do nothing;

insert into public.video_migrations
  (id, video_id, listing_id, source_video_id, target_video_id, state, attempts, previous_place,
   started_on, uploaded_at, ready_at, switched_at, source_release_after)
select pg_temp.demo_id('migration', d.n), v.id, v.listing_id, v.fallback_video_id, v.provider_video_id, 'switched', 1,
  jsonb_build_object('shown_at', jsonb_build_object('video_url', l.video_url, 'thumbnail_url', l.thumbnail_url), 'listings',
    jsonb_build_array(jsonb_build_object('id', l.id, 'video_id', v.fallback_video_id, 'video_provider', 'api_video',
      'video_status', 'ready', 'video_url', 'https://cdn.api.video/vod/' || v.fallback_video_id || '/hls/manifest.m3u8',
      'video_player_url', 'https://embed.api.video/vod/' || v.fallback_video_id,
      'video_thumbnail_url', l.video_thumbnail_url, 'thumbnail_url', l.thumbnail_url))),
  (now() - interval '10 days')::date,
  now() - interval '10 days', now() - interval '10 days', now() - interval '10 days', v.fallback_until
from demo_listings d join public.videos v on v.id = pg_temp.demo_id('video', d.n)
join public.listings l on l.id = v.listing_id
where v.fallback_video_id is not null
on conflict do nothing;

-- Moderation: what was decided; the pending ones were queued by the trigger.
insert into public.moderation_queue (id, listing_id, status, assigned_to, flags, reason, submitted_at, started_at, completed_at)
select pg_temp.demo_id('queue', d.n), l.id, case d.status when 'rejected' then 'rejected' else 'approved' end,
  pg_temp.demo_id('user', 13), case d.status when 'rejected' then array['prepayment'] else '{}' end,
  case d.status when 'rejected' then 'В тексте просят предоплату. Уберите это и отправьте снова.' end,
  l.created_at, l.created_at + interval '1 hour', l.created_at + interval '2 hours'
from demo_listings d join public.listings l on l.id = pg_temp.demo_id('listing', d.n)
where d.status not in ('draft', 'pending_review')
on conflict do nothing;

insert into public.moderation_events (id, listing_id, moderator_id, action, reason, created_at)
select pg_temp.demo_id('event', d.n), q.listing_id, q.assigned_to, case d.status when 'rejected' then 'reject' else 'approve' end,
  q.reason, q.completed_at
from demo_listings d join public.moderation_queue q on q.id = pg_temp.demo_id('queue', d.n)
on conflict do nothing;

insert into public.moderation_rules (id, code, kind, expression, effect, reason) values
  (pg_temp.demo_id('rule', 1), 'prepayment', 'phrase', 'предоплата на карту', 'raise', 'Просит предоплату'),
  (pg_temp.demo_id('rule', 2), 'foreign_link', 'pattern', 'https?://', 'flag', 'Ссылка в описании'),
  (pg_temp.demo_id('rule', 3), 'phone_in_text', 'pattern', '\+?996[0-9]{9}', 'flag', 'Телефон в описании')
on conflict do nothing;

-- Likes and favourites: the counters follow by trigger.
insert into public.listing_likes (id, user_id, listing_id, created_at)
select pg_temp.demo_id('like', d.n * 100 + u.n), pg_temp.demo_id('user', u.n), pg_temp.demo_id('listing', d.n), now() - (d.days / 2) * interval '1 day'
from demo_listings d cross join generate_series(1, 12) as u (n)
where d.status in ('active', 'sold') and u.n <> d.seller and (d.n * 7 + u.n * 5) % 4 = 0
on conflict do nothing;

insert into public.listing_saves (id, user_id, listing_id, created_at)
select pg_temp.demo_id('save', d.n * 100 + u.n), pg_temp.demo_id('user', u.n), pg_temp.demo_id('listing', d.n), now() - (d.days / 3) * interval '1 day'
from demo_listings d cross join generate_series(1, 12) as u (n)
where d.status = 'active' and u.n <> d.seller and (d.n * 3 + u.n * 11) % 7 = 0
on conflict do nothing;

-- Conversations.
insert into public.chat_threads (id, listing_id, buyer_id, seller_id, created_at)
select pg_temp.demo_id('thread', t.n), pg_temp.demo_id('listing', t.listing), pg_temp.demo_id('user', t.buyer),
  l.seller_user_id, now() - t.hours * interval '1 hour'
from (values (1, 1, 12, 5), (2, 2, 5, 26), (3, 101, 9, 50), (4, 201, 12, 30), (5, 203, 1, 75), (6, 103, 3, 9)) as t (n, listing, buyer, hours)
join public.listings l on l.id = pg_temp.demo_id('listing', t.listing)
on conflict do nothing;

insert into public.chat_messages (id, thread_id, sender_id, message_type, body, offer_amount, is_read, read_at, created_at)
select pg_temp.demo_id('message', m.thread * 100 + m.n), t.id,
  case when m.by_buyer then t.buyer_id else t.seller_id end, case when m.offer is null then 'text' else 'offer' end, m.body, m.offer,
  m.is_read, case when m.is_read then t.created_at + m.n * interval '12 minutes' end, t.created_at + m.n * interval '10 minutes'
from (values
  (1, 1, true, 'Здравствуйте! Машина ещё продаётся?', null::numeric, true),
  (1, 2, false, 'Здравствуйте, да, в продаже.', null, true),
  (1, 3, true, 'Можно посмотреть завтра после обеда?', null, true),
  (1, 4, false, 'Можно, буду в районе Ошского рынка.', null, false),
  (2, 1, true, 'Обмен на Nexia с доплатой рассматриваете?', null, true),
  (2, 2, false, 'Рассматриваем, пришлите видео.', null, true),
  (2, 3, true, 'Предлагаю такую цену.', 1600000, false),
  (3, 1, true, 'Ассалому алейкум! Айгырдын тукуму барбы?', null, true),
  (3, 2, false, 'Алейкум ассалам. Бар, паспорту менен.', null, true),
  (4, 1, true, 'Какой этаж и есть ли парковка?', null, true),
  (4, 2, false, 'Седьмой из двенадцати, парковка подземная.', null, true),
  (4, 3, true, 'Спасибо, покажу мужу и напишу.', null, false),
  (5, 1, true, 'Дом ещё свободен на лето? Хотим купить до мая.', null, true),
  (5, 2, false, 'Да, приезжайте смотреть в любой день.', null, false),
  (6, 1, true, 'Баасы канча болот акыркысы?', null, true),
  (6, 2, false, 'Келсеңиз сүйлөшөбүз.', null, false)
) as m (thread, n, by_buyer, body, offer, is_read)
join public.chat_threads t on t.id = pg_temp.demo_id('thread', m.thread)
on conflict do nothing;

insert into public.notifications (id, user_id, type, title, message, action_url, dedupe_key, created_at)
select pg_temp.demo_id('notification', d.n), l.seller_user_id, 'moderation_approved', 'Объявление одобрено', '«' || l.title || '» прошло проверку.',
  'app360://listing/' || l.id, 'listing:' || l.id || ':approved', l.published_at
from demo_listings d join public.listings l on l.id = pg_temp.demo_id('listing', d.n)
where d.status = 'active' and d.days < 5
on conflict do nothing;

insert into public.listing_counters as c (listing_id, views_count)
select pg_temp.demo_id('listing', d.n), 20 + (d.n * 37) % 900 from demo_listings d
where d.status in ('active', 'sold', 'expired', 'archived')
on conflict (listing_id) do update set views_count = excluded.views_count where c.shown_views = 0;
perform private.show_counters(p_limit => 1000);

-- A paid tier with the payment behind it.
insert into public.subscriptions (id, user_id, tier, status, listing_limit, started_at, expires_at, auto_renew)
values (pg_temp.demo_id('subscription', 1), pg_temp.demo_id('user', 7), 'premium', 'active', null, now() - interval '12 days', now() + interval '18 days', true)
on conflict do nothing;

insert into public.payments
  (id, user_id, payment_type, tier, subscription_id, description, period_days, amount_tyiyn, paid_tyiyn, state, payment_method,
   transaction_id, idempotency_key, completed_at, created_at)
values
  (pg_temp.demo_id('payment', 1), pg_temp.demo_id('user', 7), 'subscription', 'premium', pg_temp.demo_id('subscription', 1),
   'Тариф «Премиум», 30 дней', 30, 50000, 50000, 'completed', 'odengi', 'demo-0001', 'demo-1', now() - interval '12 days', now() - interval '12 days'),
  (pg_temp.demo_id('payment', 2), pg_temp.demo_id('user', 1), 'subscription', 'basic', null,
   'Тариф «Базовый», 30 дней', 30, 10000, 0, 'expired', 'mbank', null, 'demo-2', null, now() - interval '40 days')
on conflict do nothing;

insert into public.subscription_periods (id, subscription_id, payment_id, tier, starts_at, ends_at)
values (pg_temp.demo_id('period', 1), pg_temp.demo_id('subscription', 1), pg_temp.demo_id('payment', 1), 'premium', now() - interval '12 days', now() + interval '18 days')
on conflict do nothing;

insert into public.payment_events (id, payment_id, actor_kind, event, from_state, to_state, amount_tyiyn, created_at) values
  (pg_temp.demo_id('payment event', 1), pg_temp.demo_id('payment', 1), 'user', 'created', null, 'created', 50000, now() - interval '12 days'),
  (pg_temp.demo_id('payment event', 2), pg_temp.demo_id('payment', 1), 'bank', 'completed', 'pending', 'completed', 50000, now() - interval '12 days'),
  (pg_temp.demo_id('payment event', 3), pg_temp.demo_id('payment', 2), 'timer', 'expired', 'pending', 'expired', null, now() - interval '39 days')
on conflict do nothing;

drop table demo_listings, demo_cities;
end;
$seed$;

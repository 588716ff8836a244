-- Names of car brands. The app in the shops filters brand=eq.<what was typed>, so that the column's own equality must know
-- them; case is citext's. The names are fixed here: an equality that changed would break what is indexed by it.

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

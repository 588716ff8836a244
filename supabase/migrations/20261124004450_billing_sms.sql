-- Notifications about money that also go out by SMS, where the settings name their kind.

create function public.billing_sms_claim(p_kinds text[], p_limit integer) returns jsonb
language sql volatile set search_path = '' as $$
  with wanted as (
    select n.id, n.user_id, n.type, n.message from public.notifications n
    left join public.sms_messages m on m.id = n.id
    where n.type = any (p_kinds) and n.created_at > pg_catalog.now() - interval '1 day'
      and (m.id is null or (m.state = 'reserved' and m.updated_at < pg_catalog.now() - interval '5 minutes'))
    order by n.created_at limit p_limit
  ), taken as (
    insert into public.sms_messages as m (id, purpose, phone, template)
    select w.id, 'notice', u.phone, w.type from wanted w join public.accounts u on u.id = w.user_id
    on conflict (id) do update set template = excluded.template
      where m.state = 'reserved' and m.updated_at < pg_catalog.now() - interval '5 minutes'
    returning m.id, m.phone
  )
  select pg_catalog.jsonb_build_object(
    'open_circuits', (select coalesce(pg_catalog.jsonb_agg(s.supplier), '[]') from public.sms_circuits s where s.open_until > pg_catalog.now()),
    'messages', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('sms_id', t.id, 'phone', t.phone, 'text', w.message)), '[]')
      from taken t join wanted w on w.id = t.id));
$$;
comment on function public.billing_sms_claim(text[], integer) is
  'Notifications of these kinds that should go out by SMS, each to one caller: {open_circuits, messages: [{sms_id, phone, text}]}. '
  'The SMS has the id of its notification. One that was claimed and not recorded comes again after five minutes, under the '
  'same id, by which a supplier recognises it.';
create index notifications_type_created_idx on public.notifications (type, created_at desc);

revoke execute on function public.billing_sms_claim(text[], integer) from public, anon, authenticated;
grant execute on function public.billing_sms_claim(text[], integer) to service_role;

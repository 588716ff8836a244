-- Sale of a listing, and its return to the feed. A refusal is {"reason": <error code>}.

create function public.listing_mark_sold(p_user_id uuid, p_listing_id uuid, p_days integer) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.lock_listing(p_listing_id, p_user_id);
  v_listing public.listings;
begin
  select l.* into v_listing from public.listings l where l.id = p_listing_id;
  v_reason := case when v_reason is not null then v_reason when v_listing.deleted_at is not null then 'not_found'
    when v_listing.status not in ('active', 'sold') then 'listing_not_active' end;
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.listings l set status = 'sold', sold_at = pg_catalog.now(),
    delete_at = pg_catalog.now() + pg_catalog.make_interval(days => p_days)
  where l.id = p_listing_id and l.status = 'active';
  return (select pg_catalog.jsonb_build_object('id', l.id, 'status', l.status, 'sold_at', l.sold_at, 'delete_at', l.delete_at)
    from public.listings l where l.id = p_listing_id);
end;
$$;
comment on function public.listing_mark_sold(uuid, uuid, integer) is
  'Marks a listing as sold; it stays visible for p_days: {id, status, sold_at, delete_at}. Idempotent. Reasons: '
  'not_found, forbidden, account_blocked, authentication_required, listing_not_active.';

create function private.bring_back(p_listing_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_judgement constant jsonb := private.judge(p_listing_id);
  v_refusal constant jsonb := private.refusal_by_rules(v_judgement);
begin
  if v_refusal is null then
    -- The time while it was sold does not count, and is not given back.
    update public.listings l set status = 'active', sold_at = null, delete_at = null,
      expires_at = l.expires_at + (pg_catalog.now() - l.sold_at)
    where l.id = p_listing_id;
    perform private.publish(p_listing_id, true, v_judgement);
  end if;
  return v_refusal;
end;
$$;
comment on function private.bring_back(uuid) is
  'Publishes a sold listing under the rules of a change, or returns the reason.';

create function public.listing_reactivate(p_user_id uuid, p_listing_id uuid) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.lock_listing(p_listing_id, p_user_id);
  v_listing public.listings;
  v_refusal jsonb;
begin
  select l.* into v_listing from public.listings l where l.id = p_listing_id;
  v_reason := case when v_reason is not null then v_reason when v_listing.deleted_at is not null then 'not_found'
    when v_listing.status = 'sold' and v_listing.delete_at <= pg_catalog.now() then 'listing_sale_final'
    when v_listing.status not in ('active', 'sold') then 'listing_not_sold' end;
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  elsif v_listing.status = 'sold' then
    v_refusal := private.bring_back(p_listing_id);
  end if;
  return coalesce(v_refusal, (select pg_catalog.jsonb_build_object('id', l.id, 'status', l.status)
    from public.listings l where l.id = p_listing_id));
end;
$$;
comment on function public.listing_reactivate(uuid, uuid) is
  'Reactivates a sold listing while it is still visible: {id, status}; queues it for the check, and it waits when it '
  'breaks a rule. Returns an active listing as active: the app repeats requests after a time-out. Reasons: not_found, '
  'forbidden, account_blocked, authentication_required, listing_not_sold, listing_sale_final, listing_refused (with '
  'rules).';

revoke execute on function public.listing_mark_sold(uuid, uuid, integer), private.bring_back(uuid),
  public.listing_reactivate(uuid, uuid) from public, anon, authenticated;
grant execute on function public.listing_mark_sold(uuid, uuid, integer), private.bring_back(uuid),
  public.listing_reactivate(uuid, uuid) to service_role;

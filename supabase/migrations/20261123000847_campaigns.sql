-- Campaigns on the operations page: draft, preview, start, stop. For administrators.

create function public.campaign_save(p_operator_id uuid, p_campaign jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
  v_id uuid;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  insert into public.push_campaigns (title, message, action_url, city, max_recipients, made_by)
  select array(select pg_catalog.jsonb_array_elements_text(p_campaign -> 'title')),
    array(select pg_catalog.jsonb_array_elements_text(p_campaign -> 'message')),
    p_campaign ->> 'action_url', p_campaign ->> 'city', (p_campaign ->> 'max_recipients')::integer, p_operator_id
  returning id into v_id;
  return pg_catalog.jsonb_build_object('id', v_id);
end;
$$;
comment on function public.campaign_save(uuid, jsonb) is
  'Writes the draft of a campaign {title, message (ru, ky, en each), action_url, city, max_recipients}: {id}. Reasons: forbidden, '
  'account_blocked, authentication_required.';

create function public.campaign_preview(p_operator_id uuid, p_campaign_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
  v_campaign public.push_campaigns;
begin
  select c.* into v_campaign from public.push_campaigns c where c.id = p_campaign_id;
  if v_reason is not null or v_campaign.id is null then
    return pg_catalog.jsonb_build_object('reason', coalesce(v_reason, 'not_found'));
  end if;
  return pg_catalog.to_jsonb(v_campaign) || (
    select pg_catalog.jsonb_build_object('audience', pg_catalog.count(*), 'phones', coalesce(pg_catalog.sum((
        select pg_catalog.count(*) from public.push_devices d where d.user_id = a.user_id)), 0))
    from private.campaign_audience(v_campaign, '00000000-0000-0000-0000-000000000000', v_campaign.max_recipients) as a)
    || (select pg_catalog.jsonb_build_object('waiting', pg_catalog.count(*) filter (where p.state = 'queued'),
        'sent', pg_catalog.count(*) filter (where p.uncertain > 0))
      from public.notifications n join public.pushes p on p.notification_id = n.id
      where n.type = 'campaign' and n.dedupe_key = 'campaign:' || v_campaign.id);
end;
$$;
comment on function public.campaign_preview(uuid, uuid) is
  'Returns a campaign with its audience now, up to the cap, their phones, and its waiting and sent pushes. Reasons: not_found, '
  'forbidden, account_blocked, authentication_required.';

create function public.campaign_switch(p_operator_id uuid, p_campaign_id uuid, p_action text, p_request_id text) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
  v_campaign public.push_campaigns;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  select c.* into v_campaign from public.push_campaigns c where c.id = p_campaign_id for update;
  if v_campaign.id is null then
    return '{"reason": "not_found"}';
  elsif v_campaign.state <> (case p_action when 'start' then 'draft' else 'running' end)
      and not (p_action = 'stop' and v_campaign.state = 'done') then
    return pg_catalog.jsonb_build_object('changed', false);
  end if;
  if p_action = 'start' then
    update public.push_campaigns c set state = 'running', started_by = p_operator_id, started_at = pg_catalog.now() where c.id = p_campaign_id;
    insert into public.notification_fanouts (type, campaign_id) values ('campaign', p_campaign_id);
  else
    update public.push_campaigns c set state = 'stopped', stopped_by = p_operator_id, ended_at = pg_catalog.now() where c.id = p_campaign_id;
  end if;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id, details, request_id)
  values (p_operator_id, 'campaign.' || p_action, 'campaign', p_campaign_id::text,
    pg_catalog.jsonb_build_object('max_recipients', v_campaign.max_recipients), p_request_id);
  return pg_catalog.jsonb_build_object('changed', true);
end;
$$;
comment on function public.campaign_switch(uuid, uuid, text, text) is
  'Starts a draft, or stops a campaign: no further user is notified, and no waiting push is sent. {changed}; false where another request came '
  'first. Reasons: not_found, forbidden, account_blocked, authentication_required.';

create function public.campaigns_list(p_operator_id uuid, p_limit integer) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['moderator', 'finance', 'admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('campaigns', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) order by c.created_at desc), '[]')
    from (select x.* from public.push_campaigns x order by x.created_at desc limit p_limit) as c));
end;
$$;
comment on function public.campaigns_list(uuid, integer) is
  'Returns the newest campaigns {campaigns}. Reasons: forbidden, account_blocked, authentication_required.';

revoke execute on function public.campaign_save(uuid, jsonb), public.campaign_preview(uuid, uuid),
  public.campaign_switch(uuid, uuid, text, text), public.campaigns_list(uuid, integer) from public, anon, authenticated;
grant execute on function public.campaign_save(uuid, jsonb), public.campaign_preview(uuid, uuid),
  public.campaign_switch(uuid, uuid, text, text), public.campaigns_list(uuid, integer) to service_role;

-- Links of e-mails, valid without a login: proof of an address, undoing a change, unsubscribing (docs/decisions/0143, 0144).

create function private.link_refusal(p_proof public.email_verifications) returns text
language sql stable set search_path = '' as $$
  select case when p_proof.id is null then 'email_link_invalid'
    when p_proof.used_at is not null then 'email_link_used'
    when p_proof.superseded_at is not null then 'email_link_replaced'
    when p_proof.expires_at <= pg_catalog.clock_timestamp() or not exists (select from public.auth_sessions s
      join public.accounts u on u.id = s.user_id where s.id = p_proof.session_id and s.user_id = p_proof.user_id
        and s.revoked_at is null and s.expires_at > pg_catalog.clock_timestamp() and not u.is_blocked) then 'email_link_expired' end;
$$;
comment on function private.link_refusal(public.email_verifications) is
  'Returns the reason of an invalid link: unknown, used, replaced by a later one, or expired, as by the end of its session.';

create function private.phone_end(p_user_id uuid) returns text
language sql stable set search_path = '' as $$
  select pg_catalog.right(u.phone, 2) from public.accounts u where u.id = p_user_id;
$$;
comment on function private.phone_end(uuid) is 'Returns the last two digits of a user''s phone, which identify the account in mails.';

create function public.email_link_read(p_link_digest bytea) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_proof public.email_verifications;
  v_reason text;
begin
  select v.* into v_proof from public.email_verifications v where v.link_digest = p_link_digest;
  v_reason := private.link_refusal(v_proof);
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('email', v_proof.address, 'phone_end', private.phone_end(v_proof.user_id));
end;
$$;
comment on function public.email_link_read(bytea) is
  'Returns the pending proof of a link {email, phone_end}, read-only: mail programs open links in advance. Reasons: '
  'email_link_invalid, email_link_used, email_link_replaced, email_link_expired.';

create function public.email_link_confirm(p_link_digest bytea, p_undo jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_proof public.email_verifications;
  v_reason text;
begin
  select v.* into v_proof from public.email_verifications v where v.link_digest = p_link_digest;
  -- The account first, the lock order of all changes.
  perform 1 from public.accounts u where u.id = v_proof.user_id for no key update;
  select v.* into v_proof from public.email_verifications v where v.id = v_proof.id for update;
  perform 1 from public.auth_sessions s where s.id = v_proof.session_id for share;
  v_reason := coalesce(private.link_refusal(v_proof), private.finish_proof(v_proof, p_undo));
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('email', v_proof.address, 'phone_end', private.phone_end(v_proof.user_id));
end;
$$;
comment on function public.email_link_confirm(bytea, jsonb) is
  'Proves an address by its link, once: {email, phone_end}. Reasons: email_link_invalid, email_link_used, email_link_replaced, '
  'email_link_expired, email_in_use.';

create function public.email_link_confirm_own(p_link_digest bytea, p_user_id uuid, p_undo jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  if exists (select from public.email_verifications v where v.link_digest = p_link_digest and v.user_id <> p_user_id) then
    return '{"reason": "email_link_other_account"}';
  end if;
  return public.email_link_confirm(p_link_digest => p_link_digest, p_undo => p_undo);
end;
$$;
comment on function public.email_link_confirm_own(bytea, uuid, jsonb) is
  'Proves an address like email_link_confirm, only for the signed-in user who requested it. Reasons: email_link_other_account, '
  'email_link_invalid, email_link_used, email_link_replaced, email_link_expired, email_in_use.';

create function private.undo_refusal(p_change public.email_changes) returns text
language sql stable set search_path = '' as $$
  select case when p_change.id is null then 'email_link_invalid'
    when p_change.undone_at is not null then 'email_link_used'
    when p_change.expires_at <= pg_catalog.clock_timestamp() then 'email_link_expired'
    -- An intruder who undoes a change between addresses of his own does not use up the one of the owner before it.
    when exists (select from public.email_changes c where c.user_id = p_change.user_id and c.created_at <= p_change.created_at
      and c.undone_at > pg_catalog.clock_timestamp() - interval '30 days') then 'email_link_replaced' end;
$$;
comment on function private.undo_refusal(public.email_changes) is
  'Returns why a change is not undone. Not within a month after an earlier change was undone, so that a mailbox that its owner gave up '
  'cannot undo for ever; a later one that was undone does not count.';

create function public.email_undo_read(p_undo_digest bytea) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_change public.email_changes;
  v_reason text;
begin
  select c.* into v_change from public.email_changes c where c.undo_digest = p_undo_digest;
  v_reason := private.undo_refusal(v_change);
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object('email', v_change.old_address, 'phone_end', private.phone_end(v_change.user_id));
end;
$$;
comment on function public.email_undo_read(bytea) is
  'Returns the change that a link undoes {email, phone_end}, read-only. Reasons: email_link_invalid, email_link_used, '
  'email_link_replaced, email_link_expired.';

create function public.email_undo(p_undo_digest bytea) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_change public.email_changes;
  v_reason text;
begin
  select c.* into v_change from public.email_changes c where c.undo_digest = p_undo_digest;
  perform 1 from public.accounts u where u.id = v_change.user_id for no key update;
  select c.* into v_change from public.email_changes c where c.id = v_change.id for update;
  v_reason := private.undo_refusal(v_change);
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.email_changes c set undone_at = pg_catalog.clock_timestamp() where c.id = v_change.id;
  update public.email_verifications v set superseded_at = pg_catalog.clock_timestamp()
  where v.user_id = v_change.user_id and v.used_at is null and v.superseded_at is null;
  begin
    perform private.replace_email(v_change.user_id, v_change.old_address, null);
  exception when unique_violation then
    -- If another account has the address now, the replaced one is removed all the same.
    perform private.replace_email(v_change.user_id, null, null);
  end;
  update public.auth_sessions s set revoked_at = pg_catalog.clock_timestamp(), revoked_reason = 'email_undone'
  where s.user_id = v_change.user_id and s.revoked_at is null;
  insert into public.audit_log (actor_user_id, action, subject_type, subject_id)
  values (v_change.user_id, 'email_change_undone', 'account', v_change.user_id::text);
  return pg_catalog.jsonb_build_object('email', v_change.old_address, 'phone_end', private.phone_end(v_change.user_id));
end;
$$;
comment on function public.email_undo(bytea) is
  'Undoes the change of an address and ends every session of the account: {email, phone_end}. Reasons: email_link_invalid, '
  'email_link_used, email_link_replaced, email_link_expired.';

create function public.email_unsubscribe(p_user_id uuid, p_type text) returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.notification_preferences as p (user_id, type, channel, is_on)
  select u.id, t.code, 'email', false from public.accounts u
  join public.notification_types t on t.code = p_type and not t.is_security where u.id = p_user_id
  on conflict (user_id, type, channel) do update set is_on = false where p.is_on;
  update public.emails m set state = 'suppressed', reason = 'unwanted'
  where m.user_id = p_user_id and m.kind = 'notification' and m.type = p_type and m.state = 'queued';
  return pg_catalog.jsonb_build_object('type', p_type, 'title', (
    select coalesce(t.title[private.language_place((select u.language from public.accounts u where u.id = p_user_id))], '')
    from public.notification_types t where t.code = p_type));
end;
$$;
comment on function public.email_unsubscribe(uuid, text) is
  'Switches e-mails of one type off for a user, waiting ones too: {type, title}. Idempotent; no effect for an unknown user or type.';

revoke execute on function private.link_refusal(public.email_verifications), private.phone_end(uuid), public.email_link_read(bytea),
  public.email_link_confirm(bytea, jsonb), public.email_link_confirm_own(bytea, uuid, jsonb), private.undo_refusal(public.email_changes), public.email_undo_read(bytea),
  public.email_undo(bytea), public.email_unsubscribe(uuid, text) from public, anon, authenticated;
grant execute on function private.link_refusal(public.email_verifications), private.phone_end(uuid), public.email_link_read(bytea),
  public.email_link_confirm(bytea, jsonb), public.email_link_confirm_own(bytea, uuid, jsonb), private.undo_refusal(public.email_changes), public.email_undo_read(bytea),
  public.email_undo(bytea), public.email_unsubscribe(uuid, text) to service_role;

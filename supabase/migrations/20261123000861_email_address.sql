-- The optional e-mail address of an account: proof by code or link, removal, and undoing a change (docs/decisions/0143).

create function public.email_state(p_user_id uuid) returns jsonb
language sql stable set search_path = '' as $$
  select pg_catalog.jsonb_build_object('email', u.email, 'verified_at', u.email_verified_at,
    'state', case when u.email is null then 'none' else coalesce(private.email_stop(u.email), 'active') end,
    'pending', (select pg_catalog.jsonb_build_object('email', v.address, 'expires_at', v.expires_at,
        'tries_left', 3 - v.attempts, 'has_bounced', exists (
          select from public.emails m where m.verification_id = v.id and m.state = 'bounced'))
      from public.email_verifications v where v.user_id = u.id and v.used_at is null and v.superseded_at is null
        and v.attempts < 3 and v.expires_at > pg_catalog.clock_timestamp()))
  from public.accounts u where u.id = p_user_id;
$$;
comment on function public.email_state(uuid) is
  'Returns a user''s address {email, verified_at, state: none, active, bounced or complained, pending: {email, expires_at, tries_left, '
  'has_bounced} or null}.';

create function private.lock_for_email(p_user_id uuid, p_session_id uuid) returns text
language plpgsql volatile set search_path = '' as $$
begin
  perform 1 from public.accounts u where u.id = p_user_id and not u.is_blocked for no key update;
  if not found then
    return 'account_blocked';
  end if;
  -- Locked until the end: a parallel logout waits.
  perform 1 from public.auth_sessions s where s.id = p_session_id and s.user_id = p_user_id and s.revoked_at is null
    and s.expires_at > pg_catalog.clock_timestamp() for share;
  return case when not found then 'authentication_required' end;
end;
$$;
comment on function private.lock_for_email(uuid, uuid) is
  'Locks an account for a change of its address, from a session that is still open; returns the reason of a refusal, else null.';

create function private.email_limit(p_user_id uuid, p_place inet) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_limit record;
  v_count jsonb;
begin
  for v_limit in select * from (values ('email:minute:' || p_user_id, 1, 60), ('email:hour:' || p_user_id, 5, 3600),
      ('email:day:' || p_user_id, 10, 86400), ('email:place:' || private.place_of(p_place), 20, 3600)) as l (key, max_hits, seconds) loop
    v_count := public.rate_limit_hit(p_key => v_limit.key, p_max_hits => v_limit.max_hits, p_seconds => v_limit.seconds);
    if (v_count ->> 'hits')::integer > v_limit.max_hits then
      return pg_catalog.jsonb_build_object('reason', 'email_limit', 'retry_after', v_count -> 'reset_in');
    end if;
  end loop;
  return null;
end;
$$;
comment on function private.email_limit(uuid, inet) is
  'Counts a verification: one a minute, five an hour and ten a day per account, twenty an hour per place. Returns a refusal or null.';

create function public.email_request(
  p_user_id uuid, p_session_id uuid, p_address text, p_place inet, p_proof jsonb
) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text;
  v_refusal jsonb;
  v_count jsonb;
  v_expires_at constant timestamptz := pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => (p_proof ->> 'ttl_seconds')::integer);
begin
  if private.is_email_address(p_address) is not true then
    return '{"reason": "validation_failed", "field": "email"}';
  end if;
  v_reason := private.lock_for_email(p_user_id, p_session_id);
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  if exists (select from public.accounts u where u.id = p_user_id and u.email = p_address) and private.email_stop(p_address) is null then
    return public.email_state(p_user_id);
  end if;
  v_refusal := private.email_limit(p_user_id, p_place);
  if v_refusal is not null then
    return v_refusal;
  end if;
  update public.email_verifications v set superseded_at = pg_catalog.clock_timestamp()
  where v.user_id = p_user_id and v.used_at is null and v.superseded_at is null;
  insert into public.email_verifications (id, user_id, session_id, address, key_id, nonce, code_digest, link_digest, expires_at)
  values ((p_proof ->> 'id')::uuid, p_user_id, p_session_id, p_address, p_proof ->> 'key_id', p_proof ->> 'nonce',
    pg_catalog.decode(p_proof ->> 'code_digest', 'hex'), pg_catalog.decode(p_proof ->> 'link_digest', 'hex'), v_expires_at);
  -- A mailbox that many accounts ask for gets no further mail, and they all get the same answer.
  v_count := public.rate_limit_hit(p_key => 'email:address:' || pg_catalog.encode(private.mailbox_digest(p_address), 'hex'),
    p_max_hits => 6, p_seconds => 86400);
  if (v_count ->> 'hits')::integer <= 6 then
    insert into public.emails (user_id, kind, type, verification_id, address, priority, is_resent, expires_at)
    values (p_user_id, 'verification', 'verification', (p_proof ->> 'id')::uuid, p_address, 1, true, v_expires_at);
  end if;
  return public.email_state(p_user_id);
end;
$$;
comment on function public.email_request(uuid, uuid, text, inet, jsonb) is
  'Begins the proof {id, key_id, nonce, code_digest, link_digest, ttl_seconds} of an address, in place of a former one: email_state, the '
  'same if another account has the address. Reasons: validation_failed (with the field), authentication_required, '
  'account_blocked, email_limit (with retry_after).';

create function private.replace_email(p_user_id uuid, p_address text, p_undo jsonb) returns void
language plpgsql volatile set search_path = '' as $$
declare
  v_old text;
begin
  select u.email into v_old from public.accounts u where u.id = p_user_id;
  update public.accounts u set email = p_address, email_verified_at = case when p_address is not null then pg_catalog.clock_timestamp() end
  where u.id = p_user_id;
  if v_old is not null and v_old is distinct from p_address and p_undo is not null then
    insert into public.email_changes (id, user_id, old_address, key_id, nonce, undo_digest, expires_at)
    values ((p_undo ->> 'id')::uuid, p_user_id, v_old, p_undo ->> 'key_id', p_undo ->> 'nonce',
      pg_catalog.decode(p_undo ->> 'digest', 'hex'), pg_catalog.clock_timestamp() + interval '7 days');
    insert into public.emails (user_id, kind, type, change_id, address, priority, is_resent, expires_at)
    values (p_user_id, 'address_changed', 'address_changed', (p_undo ->> 'id')::uuid, v_old, 1, true,
      pg_catalog.clock_timestamp() + interval '7 days');
  end if;
  if v_old is distinct from p_address then
    perform private.enqueue_notification(p_user_id, 'security_email_changed', 'email_changed:' || pg_catalog.gen_random_uuid(), '{}');
  end if;
end;
$$;
comment on function private.replace_email(uuid, text, jsonb) is
  'Sets or removes (null) a proved address; notifies its user, and the former address with a link to undo it.';

create function private.finish_proof(p_verification public.email_verifications, p_undo jsonb) returns text
language plpgsql volatile set search_path = '' as $$
begin
  begin
    perform private.replace_email(p_verification.user_id, p_verification.address, p_undo);
  exception when unique_violation then
    return 'email_in_use';
  end;
  update public.email_verifications v set used_at = pg_catalog.clock_timestamp() where v.id = p_verification.id;
  -- The proof shows that mail arrives and is wanted.
  delete from public.email_stops s where s.address_digest = private.email_digest(p_verification.address);
  return null;
end;
$$;
comment on function private.finish_proof(public.email_verifications, jsonb) is
  'Stores a proved address on its account; returns email_in_use if another account has it, else null.';

create function public.email_confirm(p_user_id uuid, p_session_id uuid, p_digests jsonb, p_undo jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason text := private.lock_for_email(p_user_id, p_session_id);
  v_proof public.email_verifications;
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.email_verifications v set attempts = v.attempts + 1
  where v.user_id = p_user_id and v.used_at is null and v.superseded_at is null and v.attempts < 3
    and v.expires_at > pg_catalog.clock_timestamp() returning v.* into v_proof;
  if v_proof.id is null or v_proof.code_digest is distinct from pg_catalog.sha256(pg_catalog.uuid_send(v_proof.id)
      || pg_catalog.decode(p_digests ->> v_proof.key_id, 'hex')) then
    return '{"reason": "email_code_invalid"}';
  end if;
  v_reason := private.finish_proof(v_proof, p_undo);
  return case when v_reason is not null then pg_catalog.jsonb_build_object('reason', v_reason) else public.email_state(p_user_id) end;
end;
$$;
comment on function public.email_confirm(uuid, uuid, jsonb, jsonb) is
  'Proves the pending address by its code, as digests {key id: hex}; three tries. p_undo {id, key_id, nonce, digest}: the link to undo '
  'it. Returns email_state. Reasons: email_code_invalid, email_in_use, authentication_required, account_blocked.';

create function public.email_remove(p_user_id uuid, p_session_id uuid, p_undo jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_reason constant text := private.lock_for_email(p_user_id, p_session_id);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  update public.email_verifications v set superseded_at = pg_catalog.clock_timestamp()
  where v.user_id = p_user_id and v.used_at is null and v.superseded_at is null;
  perform private.replace_email(p_user_id, null, p_undo);
  return public.email_state(p_user_id);
end;
$$;
comment on function public.email_remove(uuid, uuid, jsonb) is
  'Removes a user''s address and a pending one, with p_undo as in email_confirm: email_state. Idempotent. Reasons: authentication_required, '
  'account_blocked.';

revoke execute on function public.email_state(uuid), private.lock_for_email(uuid, uuid), private.email_limit(uuid, inet),
  public.email_request(uuid, uuid, text, inet, jsonb), private.replace_email(uuid, text, jsonb),
  private.finish_proof(public.email_verifications, jsonb), public.email_confirm(uuid, uuid, jsonb, jsonb),
  public.email_remove(uuid, uuid, jsonb) from public, anon, authenticated;
grant execute on function public.email_state(uuid), private.lock_for_email(uuid, uuid), private.email_limit(uuid, inet),
  public.email_request(uuid, uuid, text, inet, jsonb), private.replace_email(uuid, text, jsonb),
  private.finish_proof(public.email_verifications, jsonb), public.email_confirm(uuid, uuid, jsonb, jsonb),
  public.email_remove(uuid, uuid, jsonb) to service_role;

-- The schema of Supabase Auth: its columns, enums and owner. Constraints that only check lengths are left out.

set client_min_messages = warning;

create type auth.aal_level as enum ('aal1', 'aal2', 'aal3');
create type auth.code_challenge_method as enum ('s256', 'plain');
create type auth.factor_status as enum ('unverified', 'verified');
create type auth.factor_type as enum ('totp', 'webauthn', 'phone');
create type auth.oauth_authorization_status as enum ('pending', 'approved', 'denied', 'expired');
create type auth.oauth_client_type as enum ('public', 'confidential');
create type auth.oauth_registration_type as enum ('dynamic', 'manual');
create type auth.oauth_response_type as enum ('code');
create type auth.one_time_token_type as enum ('confirmation_token', 'reauthentication_token', 'recovery_token',
  'email_change_token_new', 'email_change_token_current', 'phone_change_token');

create table auth.users (
  instance_id uuid, id uuid primary key, aud varchar(255), role varchar(255), email varchar(255),
  encrypted_password varchar(255), email_confirmed_at timestamptz, invited_at timestamptz,
  confirmation_token varchar(255), confirmation_sent_at timestamptz, recovery_token varchar(255),
  recovery_sent_at timestamptz, email_change_token_new varchar(255), email_change varchar(255),
  email_change_sent_at timestamptz, last_sign_in_at timestamptz, raw_app_meta_data jsonb, raw_user_meta_data jsonb,
  is_super_admin boolean, created_at timestamptz, updated_at timestamptz, phone text default null,
  phone_confirmed_at timestamptz, phone_change text default '', phone_change_token varchar(255) default '',
  phone_change_sent_at timestamptz,
  confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  email_change_token_current varchar(255) default '', email_change_confirm_status smallint default 0,
  banned_until timestamptz, reauthentication_token varchar(255) default '', reauthentication_sent_at timestamptz,
  is_sso_user boolean default false not null, deleted_at timestamptz, is_anonymous boolean default false not null
);
create table auth.instances (
  id uuid primary key, uuid uuid, raw_base_config text, created_at timestamptz, updated_at timestamptz
);
create table auth.audit_log_entries (
  instance_id uuid, id uuid primary key, payload json, created_at timestamptz,
  ip_address varchar(64) default '' not null
);
create table auth.identities (
  provider_id text not null, user_id uuid not null references auth.users on delete cascade,
  identity_data jsonb not null, provider text not null, last_sign_in_at timestamptz, created_at timestamptz,
  updated_at timestamptz, email text generated always as (lower(identity_data ->> 'email')) stored,
  id uuid default gen_random_uuid() primary key
);
create table auth.oauth_clients (
  id uuid primary key, client_secret_hash text, registration_type auth.oauth_registration_type not null,
  redirect_uris text not null, grant_types text not null, client_name text, client_uri text, logo_uri text,
  created_at timestamptz default now() not null, updated_at timestamptz default now() not null,
  deleted_at timestamptz, client_type auth.oauth_client_type default 'confidential' not null,
  token_endpoint_auth_method text not null
);
create table auth.sessions (
  id uuid primary key, user_id uuid not null references auth.users on delete cascade, created_at timestamptz,
  updated_at timestamptz, factor_id uuid, aal auth.aal_level, not_after timestamptz, refreshed_at timestamp,
  user_agent text, ip inet, tag text, oauth_client_id uuid references auth.oauth_clients on delete cascade,
  refresh_token_hmac_key text, refresh_token_counter bigint, scopes text
);
create table auth.refresh_tokens (
  instance_id uuid, id bigint primary key, token varchar(255), user_id varchar(255), revoked boolean,
  created_at timestamptz, updated_at timestamptz, parent varchar(255),
  session_id uuid references auth.sessions on delete cascade
);
create table auth.flow_state (
  id uuid primary key, user_id uuid, auth_code text, code_challenge_method auth.code_challenge_method,
  code_challenge text, provider_type text not null, provider_access_token text, provider_refresh_token text,
  created_at timestamptz, updated_at timestamptz, auth_code_issued_at timestamptz, invite_token text, referrer text,
  oauth_client_state_id uuid, linking_target_id uuid, email_optional boolean default false not null
);
create table auth.mfa_factors (
  id uuid primary key, user_id uuid not null references auth.users on delete cascade, friendly_name text,
  factor_type auth.factor_type not null, status auth.factor_status not null, created_at timestamptz not null,
  updated_at timestamptz not null, secret text, phone text, last_challenged_at timestamptz,
  web_authn_credential jsonb, web_authn_aaguid uuid, last_webauthn_challenge_data jsonb
);
create table auth.mfa_challenges (
  id uuid primary key, factor_id uuid not null references auth.mfa_factors on delete cascade,
  created_at timestamptz not null, verified_at timestamptz, ip_address inet not null, otp_code text,
  web_authn_session_data jsonb
);
create table auth.mfa_amr_claims (
  session_id uuid not null references auth.sessions on delete cascade, created_at timestamptz not null,
  updated_at timestamptz not null, authentication_method text not null, id uuid primary key
);
create table auth.one_time_tokens (
  id uuid primary key, user_id uuid not null references auth.users on delete cascade,
  token_type auth.one_time_token_type not null, token_hash text not null, relates_to text not null,
  created_at timestamp default now() not null, updated_at timestamp default now() not null
);
create table auth.sso_providers (
  id uuid primary key, resource_id text, created_at timestamptz, updated_at timestamptz, disabled boolean
);
create table auth.sso_domains (
  id uuid primary key, sso_provider_id uuid not null references auth.sso_providers on delete cascade,
  domain text not null, created_at timestamptz, updated_at timestamptz
);
create table auth.saml_providers (
  id uuid primary key, sso_provider_id uuid not null references auth.sso_providers on delete cascade,
  entity_id text not null, metadata_xml text not null, metadata_url text, attribute_mapping jsonb,
  created_at timestamptz, updated_at timestamptz, name_id_format text
);
create table auth.saml_relay_states (
  id uuid primary key, sso_provider_id uuid not null references auth.sso_providers on delete cascade,
  request_id text not null, for_email text, redirect_to text, created_at timestamptz, updated_at timestamptz,
  flow_state_id uuid references auth.flow_state on delete cascade
);
create table auth.oauth_authorizations (
  id uuid primary key, authorization_id text not null,
  client_id uuid not null references auth.oauth_clients on delete cascade,
  user_id uuid references auth.users on delete cascade, redirect_uri text not null, scope text not null, state text,
  resource text, code_challenge text, code_challenge_method auth.code_challenge_method,
  response_type auth.oauth_response_type default 'code' not null,
  status auth.oauth_authorization_status default 'pending' not null, authorization_code text,
  created_at timestamptz default now() not null,
  expires_at timestamptz default (now() + interval '3 minutes') not null, approved_at timestamptz, nonce text
);
create table auth.oauth_client_states (
  id uuid primary key, provider_type text not null, code_verifier text, created_at timestamptz not null
);
create table auth.oauth_consents (
  id uuid primary key, user_id uuid not null references auth.users on delete cascade,
  client_id uuid not null references auth.oauth_clients on delete cascade, scopes text not null,
  granted_at timestamptz default now() not null, revoked_at timestamptz
);
create table auth.custom_oauth_providers (
  id uuid default gen_random_uuid() primary key, provider_type text not null, identifier text not null,
  name text not null, client_id text not null, client_secret text not null,
  acceptable_client_ids text[] default '{}' not null, scopes text[] default '{}' not null,
  pkce_enabled boolean default true not null, attribute_mapping jsonb default '{}' not null,
  authorization_params jsonb default '{}' not null, enabled boolean default true not null,
  email_optional boolean default false not null, issuer text, discovery_url text,
  skip_nonce_check boolean default false not null, cached_discovery jsonb, discovery_cached_at timestamptz,
  authorization_url text, token_url text, userinfo_url text, jwks_uri text,
  created_at timestamptz default now() not null, updated_at timestamptz default now() not null,
  custom_claims_allowlist text[] default '{}' not null
);
create table auth.webauthn_challenges (
  id uuid default gen_random_uuid() primary key, user_id uuid references auth.users on delete cascade,
  challenge_type text not null, session_data jsonb not null, created_at timestamptz default now() not null,
  expires_at timestamptz not null
);
create table auth.webauthn_credentials (
  id uuid default gen_random_uuid() primary key, user_id uuid not null references auth.users on delete cascade,
  credential_id bytea not null, public_key bytea not null, attestation_type text default '' not null, aaguid uuid,
  sign_count bigint default 0 not null, transports jsonb default '[]' not null,
  backup_eligible boolean default false not null, backed_up boolean default false not null,
  friendly_name text default '' not null, created_at timestamptz default now() not null,
  updated_at timestamptz default now() not null, last_used_at timestamptz
);
create table auth.schema_migrations (
  version varchar(255) primary key
);
create sequence auth.refresh_tokens_id_seq owned by auth.refresh_tokens.id;
alter table auth.refresh_tokens alter column id set default nextval('auth.refresh_tokens_id_seq');
create unique index users_email_partial_key on auth.users (email) where not is_sso_user;
create unique index users_phone_key on auth.users (phone);

create function auth.jwt() returns jsonb
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim', true), ''),
    nullif(pg_catalog.current_setting('request.jwt.claims', true), '')
  )::jsonb;
$$;

create function auth.uid() returns uuid
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim.sub', true), ''), auth.jwt() ->> 'sub'
  )::uuid;
$$;

create function auth.role() returns text
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim.role', true), ''), auth.jwt() ->> 'role'
  );
$$;

create function auth.email() returns text
language sql stable set search_path = '' as $$
  select coalesce(
    nullif(pg_catalog.current_setting('request.jwt.claim.email', true), ''), auth.jwt() ->> 'email'
  );
$$;

-- The project's login may write the oldest tables, read the later ones, and has no right of its own on the newest:
-- those it reads as a member of pg_read_all_data.
do $$
declare
  v_table record;
  v_newest boolean;
begin
  for v_table in
    select c.relname as name from pg_catalog.pg_class c where c.relnamespace = 'auth'::regnamespace and c.relkind = 'r'
  loop
    v_newest := v_table.name ~ '^(oauth_|custom_oauth_|webauthn_)';
    execute format('alter table auth.%I owner to supabase_auth_admin', v_table.name);
    if v_table.name in ('users', 'refresh_tokens', 'audit_log_entries', 'instances') then
      execute format('grant all on auth.%I to postgres, dashboard_user', v_table.name);
    elsif not v_newest and v_table.name <> 'schema_migrations' then
      execute format('grant select on auth.%I to postgres with grant option', v_table.name);
    end if;
    if not v_newest then
      execute format('alter table auth.%I enable row level security', v_table.name);
    end if;
  end loop;
end;
$$;
grant all on sequence auth.refresh_tokens_id_seq to postgres, dashboard_user;

do $$
declare
  v_name text;
begin
  for v_name in
    select t.typname from pg_catalog.pg_type t where t.typnamespace = 'auth'::regnamespace and t.typtype = 'e'
  loop
    execute format('alter type auth.%I owner to supabase_auth_admin', v_name);
  end loop;
  foreach v_name in array array['jwt', 'uid', 'role', 'email'] loop
    execute format('alter function auth.%I() owner to supabase_auth_admin', v_name);
    execute format('grant execute on function auth.%I() to postgres, dashboard_user', v_name);
  end loop;
end;
$$;
insert into auth.schema_migrations (version) values ('20260625000000');

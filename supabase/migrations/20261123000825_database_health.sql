-- State of the database server: whether it accepts writes, its connections, slow statements, indexes.

create function public.health_check() returns jsonb
language plpgsql volatile set search_path = '' as $$
begin
  -- PostgREST runs a volatile function in a transaction that may write, where the server has one to give.
  if pg_catalog.current_setting('transaction_read_only')::boolean then
    raise exception 'the database is read-only' using errcode = 'read_only_sql_transaction';
  end if;
  return pg_catalog.jsonb_build_object('at', pg_catalog.now());
end
$$;
comment on function public.health_check() is
  'Returns {at}; fails when the database does not respond, and with 25006 when it accepts no writes.';

create function private.server_metrics(out connections_percent numeric, out longest_query numeric, out longest_lock_wait numeric)
language sql stable security definer set search_path = '' as $$
  select round(100.0 * count(*) / (
      pg_catalog.current_setting('max_connections')::integer
      - pg_catalog.current_setting('superuser_reserved_connections')::integer), 1),
    coalesce(max(extract(epoch from pg_catalog.clock_timestamp() - a.query_start))
      filter (where a.state = 'active' and a.pid <> pg_catalog.pg_backend_pid()), 0),
    coalesce(max(extract(epoch from pg_catalog.clock_timestamp() - a.state_change)) filter (where a.wait_event_type = 'Lock'), 0)
  from pg_catalog.pg_stat_activity a where a.backend_type = 'client backend';
$$;
comment on function private.server_metrics() is
  'Returns connections in percent of those available to users, and seconds of the longest running statement and of '
  'the longest wait for a lock. Runs with its owner''s rights: others'' activity is hidden from service_role.';

create function private.slow_statements(p_limit integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  v_rows jsonb;
begin
  if pg_catalog.to_regclass('extensions.pg_stat_statements') is null then
    return '[]';
  end if;
  execute 'select coalesce(jsonb_agg(to_jsonb(s)), ''[]'') from (
      select left(query, 300) as statement, calls, round(mean_exec_time::numeric, 1) as mean_ms,
        round(max_exec_time::numeric, 1) as max_ms, round(total_exec_time::numeric, 1) as total_ms
      from extensions.pg_stat_statements where mean_exec_time > 100 order by total_exec_time desc limit $1) as s'
    into v_rows using p_limit;
  return v_rows;
exception when object_not_in_prerequisite_state then
  return '[]';
end;
$$;
comment on function private.slow_statements(integer) is
  'Returns statements that average more than 100 ms, the most expensive in total first; empty when pg_stat_statements '
  'is not loaded. Statements contain no values. Runs with its owner''s rights, as server_metrics does.';

create function public.database_report(p_operator_id uuid) returns jsonb
language plpgsql stable set search_path = '' as $$
declare
  v_reason text := private.operator_refusal(p_operator_id, array['admin']);
begin
  if v_reason is not null then
    return pg_catalog.jsonb_build_object('reason', v_reason);
  end if;
  return pg_catalog.jsonb_build_object(
    'bytes', pg_catalog.pg_database_size(pg_catalog.current_database()),
    'connections_percent', (select s.connections_percent from private.server_metrics() as s),
    'slow_statements', private.slow_statements(20),
    'tables', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') from (
        select s.relname as "table", s.n_live_tup as rows, pg_catalog.pg_total_relation_size(s.relid) as bytes,
          s.n_dead_tup as dead_rows, s.last_autovacuum
        from pg_catalog.pg_stat_user_tables s where s.schemaname = 'public'
        order by pg_catalog.pg_total_relation_size(s.relid) desc limit 20) as t),
    'missing_indexes', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') from (
        select s.relname as "table", s.seq_scan as sequential_scans, s.seq_tup_read as rows_read, s.idx_scan as index_scans
        from pg_catalog.pg_stat_user_tables s where s.schemaname = 'public' and s.n_live_tup > 10000
          and s.seq_scan > 100 and s.seq_tup_read / s.seq_scan > 5000
        order by s.seq_tup_read desc limit 20) as t),
    'unused_indexes', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), '[]') from (
        select s.relname as "table", s.indexrelname as "index", pg_catalog.pg_relation_size(s.indexrelid) as bytes
        from pg_catalog.pg_stat_user_indexes s join pg_catalog.pg_index i on i.indexrelid = s.indexrelid
        where s.schemaname = 'public' and s.idx_scan = 0 and not i.indisunique
          and pg_catalog.pg_relation_size(s.indexrelid) > 1048576
        order by pg_catalog.pg_relation_size(s.indexrelid) desc limit 20) as t));
end;
$$;
comment on function public.database_report(uuid) is
  'Returns size, slow statements, largest tables, tables scanned sequentially too often (an index is missing), and '
  'indexes over 1 MB unused since statistics began. For administrators. Reasons: forbidden, account_blocked, '
  'authentication_required.';

revoke execute on function public.health_check(), private.server_metrics(), private.slow_statements(integer),
  public.database_report(uuid) from public, anon, authenticated;
grant execute on function public.health_check(), private.server_metrics(), private.slow_statements(integer),
  public.database_report(uuid) to service_role;

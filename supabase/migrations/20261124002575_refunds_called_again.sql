-- A refund whose call certainly did nothing is called again by the timer.

create or replace function public.refund_end(p_refund_id uuid, p_outcome text, p_ref text, p_reason text, p_actor jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
  v_refund public.refunds;
begin
  if p_outcome = 'done' then
    perform private.finish_refund(p_refund_id, p_ref, p_actor);
  elsif p_outcome = 'taken' then
    update public.refunds r set provider_ref = coalesce(r.provider_ref, p_ref) where r.id = p_refund_id and r.state = 'processing';
  elsif p_outcome = 'refused' then
    -- What the bank will not do by call, a person can do in its cabinet.
    update public.refunds r set state = 'approved', kind = 'manual', failure_reason = p_reason where r.id = p_refund_id and r.state = 'processing';
  elsif p_outcome = 'again' then
    update public.refunds r set state = 'approved', failure_reason = p_reason where r.id = p_refund_id and r.state = 'processing';
  else
    update public.refunds r set failure_reason = p_reason where r.id = p_refund_id and r.state = 'processing';
  end if;
  select r.* into v_refund from public.refunds r where r.id = p_refund_id;
  return pg_catalog.jsonb_build_object('refund', pg_catalog.to_jsonb(v_refund));
end;
$$;
comment on function public.refund_end(uuid, text, text, text, jsonb) is
  'What became of the call: done, taken (the bank will say when), refused (a task for a person now), again (nothing was done), '
  'unknown (the bank is asked).';

-- Deploying the function moves nothing: somebody has looked, raised the quota, and then says so (runbook migrate-videos).

insert into public.job_leases (job, paused_at) values ('video_migrator', pg_catalog.now()) on conflict (job) do nothing;

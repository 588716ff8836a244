"""Causes of alert rules: making them happen, and ending them."""

from __future__ import annotations

from tests.support.alert_scene import (
    Act,
    Scene,
    exhaust_connections,
    let_go,
    slow_statement,
    waiting_for_a_lock,
)
from tests.support.market import new_listing, new_user_id
from tests.support.rows import rows

BACKUPS = {
    "backup_database_critical": ("database_daily", "uploaded", 31),
    "backup_weekly_warning": ("database_weekly", "verified", 200),
    "backup_storage_critical": ("storage", "uploaded", 4),
    "drill_age_warning": ("restore_drill", "verified", 200),
}


def refuse_every_sms(scene: Scene) -> None:
    """Make both providers refuse ten login codes."""
    scene.world.sms.turn("nikita", "status", status=5)
    scene.world.sms.turn("smsc", "error", error_code=6)
    scene.ask_for_codes(10)
    scene.world.sms.turn("nikita", "ok")
    scene.world.sms.turn("smsc", "ok")


def lose_sms_on_the_way(scene: Scene) -> None:
    """Twenty codes are taken by the provider and do not arrive; its reports say so."""
    scene.world.sms.turn("nikita", "undelivered")
    scene.ask_for_codes(20)
    scene.world.sms.let_time_pass(60)
    scene.world.execute("update sms_messages set next_report_at = now(), created_at = now() - interval '20 minutes'")
    assert scene.world.run("sms_poller")["changed"] == 20


def leave_codes_unused(scene: Scene) -> None:
    """Twenty people ask for a code, and nobody types one."""
    scene.ask_for_codes(20)
    scene.world.execute("update verification_codes set created_at = now() - interval '15 minutes'")


def empty_account(scene: Scene, balance: int) -> None:
    """Set the balance at both providers."""
    scene.world.sms.nikita.turn({"mode": "ok", "balance": balance})
    scene.world.sms.smsc.turn({"mode": "ok", "balance": 50000})
    scene.world.execute("delete from supplier_balances")
    assert scene.world.run("sms_poller")["balances"] == 2


def spend(scene: Scene, som: int) -> None:
    """SMS cost so much today."""
    scene.world.execute(
        """insert into sms_messages (purpose, phone, state, supplier, supplier_message_id, cost_tyiyn)
           values ('login', '+996700000099', 'accepted', 'nikita', 'spent', %s)""",
        som * 100,
    )


def fail_a_job(scene: Scene) -> None:
    """Let a timer's job fail for an hour."""
    scene.world.execute(
        """insert into job_leases (job, last_error, last_succeeded_at)
           values ('scene', 'StoreUnavailable', now() - interval '1 hour')"""
    )


def stall_migration(scene: Scene) -> None:
    """Let a planned video wait for two hours."""
    owner = new_user_id(scene.world.database)
    [(video,)] = rows(
        scene.world.database,
        """insert into videos (owner_user_id, provider, provider_video_id, state)
           values (%s, 'api_video', gen_random_uuid()::text, 'ready') returning id""",
        owner,
    )
    scene.world.execute(
        """insert into video_migrations (video_id, source_video_id, updated_at)
           values (%s, gen_random_uuid()::text, now() - interval '2 hours')""",
        video,
    )


def leave_a_video(scene: Scene) -> None:
    """Leave a video without a replica for longer than the goal."""
    scene.world.execute(
        """insert into videos (owner_user_id, provider, provider_video_id, state, ready_at)
           values (%s, 'yandex', gen_random_uuid()::text, 'ready', now() - interval '6 hours 5 minutes')""",
        new_user_id(scene.world.database),
    )


def replicate_videos(scene: Scene) -> None:
    scene.world.execute("update videos set replicated_at = now() where replicated_at is null")


def leave_a_copy_unread(scene: Scene) -> None:
    """Let the newest check of a replica lie 36 days back."""
    scene.world.execute(
        """insert into backup_copies (kind, source, object_key, bytes, sha256, verified_at)
           values ('video', 'unread', 'videos/unread', 1, sha256('x'), now() - interval '36 days')"""
    )


def leave_a_picture(scene: Scene) -> None:
    """Let a file that the app has stored wait for twenty minutes."""
    scene.world.execute(
        """insert into pictures (purpose, bucket_id, name, state, next_attempt_at, received_at)
           values ('avatar', 'avatars', 'scene/waiting.jpg', 'received', now(), now() - interval '20 minutes')"""
    )


def leave_a_listing(scene: Scene) -> None:
    """Leave a listing unmatched with saved searches for sixteen minutes."""
    scene.world.execute("update search_arrivals set state = 'done', matched_at = now()")
    listing = new_listing(scene.world.database, new_user_id(scene.world.database))
    scene.world.execute(
        "update search_arrivals set arrived_at = now() - interval '16 minutes' where listing_id = %s", listing
    )


def strand_payments(scene: Scene, count: int) -> None:
    """Leave orders unpolled for half an hour."""
    user = new_user_id(scene.world.database)
    for number in range(count):
        scene.world.execute(
            """insert into payments (user_id, tier, period_days, amount_tyiyn, payment_method, idempotency_key, state,
               next_check_at) values (%s, 'basic', 30, 10000, 'mbank', %s, 'pending', now() - interval '30 minutes')""",
            user, str(number),
        )  # fmt: skip


def settle_payments(scene: Scene) -> None:
    """Poll all orders."""
    scene.world.execute(
        "update payments set next_check_at = now() + interval '1 minute' where next_check_at is not null"
    )
    scene.world.execute("update payment_webhook_events set state = 'ignored' where state in ('received', 'failed')")


def register_many(scene: Scene) -> None:
    """More than three times as many people come on one day as on a usual one."""
    new_user_id(scene.world.database)
    let_a_day_pass("accounts")(scene)
    recent = "select count(*) / 14.0 from accounts where created_at > now() - interval '15 days'"
    [(usual,)] = rows(scene.world.database, recent)
    for _ in range(max(20, int(usual * 3) + 1)):
        new_user_id(scene.world.database)


def report_much(scene: Scene) -> None:
    """Twenty reports on one day, after one in two weeks."""
    scene.world.execute("delete from reports")
    target = new_user_id(scene.world.database)
    for number in range(21):
        scene.world.execute(
            """insert into reports (reporter_id, target_type, target_id, reason, created_at)
               values (%s, 'user', %s, 'spam', now() - %s * interval '1 day')""",
            new_user_id(scene.world.database), target, 3 if number == 0 else 0,
        )  # fmt: skip


def post_a_palace(scene: Scene) -> None:
    """Post a listing for fifty million."""
    listing = new_listing(scene.world.database, new_user_id(scene.world.database))
    scene.world.execute("update listings set price = 50000000 where id = %s", listing)


def let_a_day_pass(table: str) -> Act:
    return lambda scene: scene.world.execute(
        f"update {table} set created_at = created_at - interval '25 hours' where created_at > now() - interval '1 day'"
    )


def host(**used: float) -> Act:
    return lambda scene: scene.world.host.turn({"mode": "ok", **used})


def lose_a_provider(scene: Scene) -> None:
    """SMSC answers nothing for half an hour; nikita carries everything."""
    scene.world.sms.turn("smsc", "dead")
    scene.world.execute("delete from supplier_balances")
    scene.world.execute(
        """insert into supplier_balances (supplier, balance, currency, measured_at)
           select s, 9000, 'KGS', now() - interval '31 minutes' from unnest(array['nikita', 'smsc']) as s"""
    )
    assert scene.world.run("sms_poller")["balances"] == 1


def find_the_provider(scene: Scene) -> None:
    scene.world.sms.turn("smsc", "ok")
    assert scene.world.run("sms_poller")["balances"] == 1


def push(scene: Scene, state: str, *, count: int = 1, waits: int = 0) -> None:
    """Leave pushes of one user in a state, due since so many minutes."""
    user = new_user_id(scene.world.database)
    scene.world.execute(
        """with n as (
             insert into notifications (user_id, type, title)
             select %s, 'comment', 'Т' from generate_series(1, %s) returning id
           )
           insert into pushes (notification_id, user_id, type, subject, priority, state, not_before, expires_at)
           select n.id, %s, 'comment', 'comments:', 5, %s, now() - make_interval(mins => %s), now() + interval '1 day'
           from n""",
        user, count, user, state, waits,
    )  # fmt: skip


def lose_tokens(scene: Scene) -> None:
    """Return receipts of which a quarter say that the token is gone."""
    push(scene, "forwarded", count=45)
    push(scene, "dead", count=15)


def mail(scene: Scene, **counts: int) -> None:
    """Leave mails of one user in these states, written forty minutes ago."""
    user = new_user_id(scene.world.database)
    proved = "update accounts set email = right(phone, 9) || '@example.com', email_verified_at = now() where id = %s"
    scene.world.execute(proved, user)
    for state, count in counts.items():
        scene.world.execute(
            """with n as (
                 insert into notifications (user_id, type, title)
                 select %s, 'comment', 'Т' from generate_series(1, %s) returning id, user_id
               )
               insert into emails
                 (user_id, kind, type, notification_id, address, priority, is_resent, state, expires_at, created_at)
               select n.user_id, 'notification', 'comment', n.id, u.email, 5, false, %s, now() + interval '1 day',
                 now() - interval '40 minutes'
               from n join accounts u on u.id = n.user_id""",
            user, count, state,
        )  # fmt: skip


def refuse_credentials(scene: Scene) -> None:
    """Let the push service refuse our credentials."""
    scene.world.execute(
        """insert into push_circuits (provider, open_until, reason)
           values ('expo', now() + interval '1 hour', 'UNAUTHORIZED')"""
    )


def report_views(scene: Scene, view: str, *, addresses: int = 30) -> None:
    """Let phones behind many addresses report twenty views each, all of one kind."""
    for number in range(addresses):
        scene.world.execute(
            """select quality_record('198.51.100.' || %s::text, jsonb_build_object('id', gen_random_uuid(), 'rate', 1,
                 'session', repeat('0', 16), 'os', 'ios',
                 'views', (select jsonb_agg(%s::jsonb) from generate_series(1, 20))), 10000, 512)""",
            number, '{"provider": "yandex", "network": "wifi", "kind": "feed", ' + view + "}",
        )  # fmt: skip
    scene.world.execute("select quality_count(1000, 10000)")


def forget_views(scene: Scene) -> None:
    for table in ("quality_hours", "quality_senders", "quality_batches"):
        scene.world.execute(f"delete from {table}")


def serve_by_cdn(scene: Scene, **metrics: float) -> None:
    """Let yesterday's CDN have such metrics."""
    for metric, value in metrics.items():
        scene.world.execute(
            """insert into metrics_daily (day, metric, value) values (private.bishkek_day() - 1, 'cdn_' || %s, %s)
               on conflict (metric, dimension, day) do update set value = excluded.value""",
            metric, value,
        )  # fmt: skip


def forget(table: str) -> Act:
    return lambda scene: scene.world.execute(f"delete from {table}")


def errors(count: int) -> Act:
    return lambda scene: scene.world.traffic(codes={"200": 100 - count, "502": count // 2, "503": count - count // 2})


def slowness(milliseconds: str) -> Act:
    return lambda scene: scene.world.traffic(codes={"200": 100}, bins={"100": 90, milliseconds: 10})


def old_backup(rule: str) -> Act:
    return lambda scene: scene.backup(*BACKUPS[rule])


def fresh_backup(rule: str) -> Act:
    return lambda scene: scene.backup(BACKUPS[rule][0], BACKUPS[rule][1], 0)


CAUSES: dict[str, tuple[Act, Act]] = {
    "error_rate_critical": (errors(6), errors(0)),
    "error_rate_warning": (errors(2), errors(1)),
    "response_time_critical": (slowness("5000"), slowness("500")),
    "response_time_warning": (slowness("2000"), slowness("1000")),
    "database_connections_critical": (lambda scene: exhaust_connections(scene, 82), let_go),
    "database_connections_warning": (lambda scene: exhaust_connections(scene, 62), let_go),
    "disk_usage_critical": (host(disk=91), host(disk=89)),
    "disk_usage_warning": (host(disk=71), host(disk=69)),
    "memory_usage_warning": (host(memory=81), host(memory=60)),
    "cpu_load_warning": (host(cpu=120), host(cpu=30)),
    "supplier_silent_warning": (lose_a_provider, find_the_provider),
    "registrations_surge_info": (register_many, let_a_day_pass("accounts")),
    "reports_surge_info": (report_much, let_a_day_pass("reports")),
    "high_value_listings_info": (post_a_palace, let_a_day_pass("listings")),
    "sms_failure_critical": (refuse_every_sms, forget("sms_messages")),
    "sms_failure_warning": (refuse_every_sms, forget("sms_messages")),
    "sms_delivery_warning": (lose_sms_on_the_way, forget("sms_messages")),
    "supplier_balance_critical": (lambda s: empty_account(s, 1999), lambda s: empty_account(s, 2000)),
    "supplier_balance_warning": (lambda s: empty_account(s, 5999), lambda s: empty_account(s, 6000)),
    **{rule: (old_backup(rule), fresh_backup(rule)) for rule in BACKUPS},
    "backup_videos_critical": (leave_a_video, replicate_videos),
    "pictures_waiting_warning": (leave_a_picture, forget("pictures")),
    "search_arrivals_warning": (leave_a_listing, forget("search_arrivals")),
    "copies_unread_warning": (leave_a_copy_unread, forget("backup_copies")),
    "backup_failed_warning": (lambda s: s.backup("videos", "failed", 1), lambda s: s.backup("videos", "verified", 0)),
    "video_start_failures_critical": (lambda s: report_views(s, '"failure": "network"'), forget_views),
    "video_start_failures_warning": (lambda s: report_views(s, '"failure": "missing"'), forget_views),
    "video_start_slow_warning": (lambda s: report_views(s, '"start_ms": 7000'), forget_views),
    "cdn_hit_ratio_warning": (
        lambda s: serve_by_cdn(s, requests=5000, origin_requests=1001),
        lambda s: serve_by_cdn(s, origin_requests=999),
    ),
    "cdn_errors_warning": (
        lambda s: serve_by_cdn(s, requests=5000, error_share=0.011),
        lambda s: serve_by_cdn(s, error_share=0.009),
    ),
    "migration_stalled_warning": (stall_migration, forget("video_migrations")),
    "payments_stuck_critical": (lambda scene: strand_payments(scene, 11), settle_payments),
    "payments_stuck_warning": (lambda scene: strand_payments(scene, 1), settle_payments),
    "code_conversion_critical": (leave_codes_unused, forget("verification_codes")),
    "sms_spend_critical": (lambda scene: spend(scene, 19001), forget("sms_messages")),
    "sms_spend_warning": (lambda scene: spend(scene, 15001), forget("sms_messages")),
    "slow_query_warning": (slow_statement, let_go),
    "lock_wait_warning": (waiting_for_a_lock, let_go),
    "push_queue_critical": (lambda scene: push(scene, "queued", waits=61), forget("pushes")),
    "push_queue_warning": (lambda scene: push(scene, "queued", waits=11), forget("pushes")),
    "push_credentials_critical": (refuse_credentials, forget("push_circuits")),
    "push_dead_warning": (lose_tokens, forget("pushes")),
    "push_refused_warning": (lambda scene: push(scene, "failed"), forget("pushes")),
    "email_bounces_critical": (lambda scene: mail(scene, accepted=188, bounced=12), forget("emails")),
    "email_bounces_warning": (lambda scene: mail(scene, accepted=195, bounced=5), forget("emails")),
    "email_complaints_warning": (lambda scene: mail(scene, accepted=199, complained=1), forget("emails")),
    "email_queue_warning": (lambda scene: mail(scene, queued=1), forget("emails")),
    "job_failing_warning": (fail_a_job, forget("job_leases")),
    "source_down_warning": (
        lambda scene: scene.world.monitoring.turn({"mode": "dead"}),
        lambda scene: scene.world.monitoring.turn({"mode": "ok"}),
    ),
}

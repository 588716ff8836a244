"""Subjects of functions whose migration is not called after one."""

_NAMES = {
    "analytics": (
        "funnel_metrics market_metrics metrics_record metrics_record_funnel metrics_series money_metrics "
        "note_active_users write_metrics "
    ),
    "backups_and_replication": (
        "backup_status begin_backup_run copies_known copies_over copies_to_verify copy_of end_backup_run "
        "note_copies_deleted note_copy note_copy_damaged note_copy_verified note_deleted_videos "
        "note_source_gone note_swept_backups note_video_copy storage_changes videos_to_replicate "
    ),
    "billing": ("guard_payment log_payment may_move_payment "),
    "billing_reports": (
        "billing_metrics customer_by_phone failure_metrics order_metrics payment_history payment_line "
        "payments_search revenue subscription_metrics "
    ),
    "business": (
        "business_answer_invitation business_create business_delete business_invitation business_invite "
        "business_mine business_read business_remove_member business_role business_set_role business_size "
        "business_team business_transfer business_update business_withdraw_invitation invite_phone "
        "is_tax_id_held lock_business notify_about_business recheck_business user_refusal "
    ),
    "business_accounts": (
        "guard_business_member is_opening_hours keep_business_owner my_businesses open_business_registration "
        "show_verification "
    ),
    "cdn_purges": (
        "cdn_purge_done cdn_purge_drop cdn_purge_failed cdn_purge_request cdn_purge_take purge_moved_video "
    ),
    "chat": (
        "chat_block chat_blocked chat_mark_read chat_message_as_seen chat_messages_page chat_open_thread "
        "chat_person chat_remove_thread chat_replay_of chat_report chat_send chat_thread_as_seen "
        "chat_threads_page chat_unblock chat_unread guard_chat_thread mark_message_read may_open_thread "
        "may_write_to_thread my_threads notify_of_message remember_last_message "
    ),
    "cleanup": ("cleanup_batch sweep_listings sweep_login sweep_records "),
    "common": (
        "as_uuid bishkek_day day_start is_rest_user jsonb_without_nulls rate_limit_hit refuse_change "
        "seconds_between touch_updated_at "
    ),
    "consents_and_audit_log": ("consent_accept consent_revoke log_consent "),
    "feed_and_search": (
        "business_listings count_searches edits_listing feed_circle feed_has_bounds feed_page feed_statement "
        "full_details listing_feed listing_filters listing_flags listing_marks listing_read listing_view "
        "popular_searches search_condition search_either search_excluded search_exclusions search_guess "
        "search_wanted search_words seller_card shows_listing "
    ),
    "jobs": ("extend_job_lease release_job_lease take_job_lease "),
    "listing_editing": (
        "bring_back change_listing changed_listing insert_details insert_listing listing_create "
        "listing_delete listing_mark_sold listing_payer listing_reactivate listing_update lock_listing "
        "own_details post_listing posted_this_month poster_refusal remembered_listing shown_content "
        "update_refusal write_changes write_contact write_details "
    ),
    "listing_policies": ("guard_listing may_edit_listing may_see_listing my_listings "),
    "listings": ("keep_listing_of_details mirror_details refuse_unbuilt_car "),
    "login_codes": (
        "braked code_matches find_or_create_user first_full_limit lock_for_login login_caller "
        "login_lock_seconds login_record_sms login_request_code login_verify_code network_of open_session "
        "place_of replay_login session_answer "
    ),
    "moderation": (
        "apply_decision broken_rules decision_refusal judge keep_checked keep_flags moderation_act "
        "moderation_list moderation_read moderator_refusal publish queue_for_moderation queue_item "
        "refusal_by_rules resubmit rule_matches rule_texts submit "
    ),
    "monitoring_and_alerts": (
        "activity_metrics add_alert_messages alert_message_record alert_messages_claim alert_rule_change "
        "alert_rules_list alert_silence alert_sms_reserve alerts_judge alerts_list backup_metrics close_alert "
        "database_report health_check is_beyond judge_readings monitoring_metrics server_metrics "
        "slow_statements sms_metrics supplier_metrics work_metrics "
    ),
    "payment_settlement": (
        "check_payer complete_payment find_attempt finish_refund hold_payment mismatch_reason "
        "payment_checks_due payment_compare payment_comparison_finish payment_comparisons_due payment_expire "
        "payment_orphan_found payment_settle payment_webhook_receive payment_webhooks_open record_failure "
        "record_money record_refund review_reason "
    ),
    "payments": (
        "app_tier assess_order_risk attempts_to_ask live_attempt new_payment payment_attempt_failed "
        "payment_attempt_opened payment_cancel payment_open payment_profile_reencrypt payment_profiles_stale "
        "payment_read payment_view risk_counts take_attempt tier_for_sale "
    ),
    "playback": (
        "may_see_video playback_of_provider playing_video switch_playback switch_playback_back video_copies "
        "video_delete video_find video_plays video_read videos_readdress videos_unchecked "
    ),
    "reactions": ("count_likes count_saves listing_react record_listing_views "),
    "refunds_and_manual_operations": (
        "acts_alone audit_money billing_queue count_seen_money deny_money end_approvals given_value "
        "is_finance list_value operator_actor payment_approval_decide payment_decide payment_orphan_resolve "
        "payment_record_by_hand refund_begin refund_close refund_decide refund_end refund_request "
        "refunds_approved refunds_to_ask release_or_wait surplus_tyiyn tier_offer_make "
    ),
    "reports": ("know_report_target listing_report reported_user "),
    "request_guards": ("check_session embeds_are_bounded end_sessions_of_blocked session_is_live session_refusal "),
    "sms": (
        "billing_sms_claim claim_sms_reports expect_sms_report next_report_time operator_refusal "
        "phone_operator record_sms_delivery reserve_spending settle_spending sms_balances_record sms_costs "
        "sms_deliveries sms_record sms_reports_due sms_reports_hinted sms_reports_record "
        "sms_reserve_by_operator sms_status update_sms_circuits "
    ),
    "staff": (
        "audit_appointment audit_page backups_overview confirms_appointment end_appointment is_operator "
        "note_moderation operations_overview operator_appoint operator_form_once operator_session "
        "operator_sign_in operator_sign_out operators_list set_role state_of_backups work_of_finance "
        "work_of_moderators "
    ),
    "storage_buckets": (
        "files_kept image_origins_set is_allowed_picture keep_own_picture limit_files may_store most_files "
    ),
    "subscriptions": (
        "activate billing_sentence bought_seconds days_left debit_profile drop_renewals end_subscription "
        "enqueue_notification fit_listings has_other_tier_now listing_allowance order_renewal "
        "payment_debit_open payment_profile_revoke payment_profile_save reminder_due renewal_values "
        "running_subscription schedule_period settle_subscription shrink_period subscription_change "
        "subscription_history subscription_read subscription_step subscription_view subscriptions_due "
    ),
    "text_guard": ("guard_texts judge_direct_change refuse_words "),
    "texts": (
        "ascii_digits clean_line clean_text fold_text in_cyrillic in_latin in_one_script single_blanks without_unseen "
    ),
    "uploads": (
        "remembered_ticket ticket_view upload_refusal upload_ticket_abandon upload_ticket_issued upload_ticket_open "
    ),
    "users_and_sessions": ("copy_public_profile end_session session_end session_refresh "),
    "video_transfer": (
        "acquire_lease claim_begun claim_planned held_migration is_moved_video is_named leave_out "
        "lock_showing_listings migration_entry migration_obstacle migration_order migration_overview "
        "migration_paused migration_states point_back point_listings release_obstacle roll_back step_check "
        "take_allowance video_fields video_migration_begin_release video_migration_claim "
        "video_migration_claim_release video_migration_claim_uploaded video_migration_close_deleted "
        "video_migration_confirmed video_migration_entries video_migration_failed "
        "video_migration_forget_target video_migration_not_ready video_migration_pause video_migration_plan "
        "video_migration_preview video_migration_progress video_migration_ready video_migration_release_lease "
        "video_migration_released video_migration_report video_migration_request_target video_migration_retry "
        "video_migration_rollback video_migration_rollback_held video_migration_source video_migration_status "
        "video_migration_switch video_migration_target video_migration_under_way video_migration_uploaded "
        "without_moved_video "
    ),
    "videos": (
        "adopt_shown_video adopt_video api_video_id attach_video give_video hide_video is_at_api_video "
        "is_shown_by_another lock_video named_video observe_video place_video preserve_playback "
        "proved_ownership record_missing_video refuse_video show_video take_ticket title_id upload_excess "
        "upload_tickets_end upload_tickets_revoked upload_tickets_to_revoke upload_tickets_unanswered "
        "video_deleted video_observed video_prove video_ready video_uploaded videos_due videos_to_delete "
        "videos_unknown "
    ),
    "write_limits": ("count_rows limit_rows limit_writes "),
}
SUBJECTS = {name: subject for subject, names in _NAMES.items() for name in names.split()}

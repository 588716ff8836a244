"""Calls of the SQL functions behind requests and jobs, with arguments from the large database.

`$user`, `$seller` … are drawn again for each call. Calls are rolled back.
"""

from __future__ import annotations

import json
from typing import Any

from benchmarks.feed.cases import BISHKEK, PAGE

_BEFORE = "'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'"
_DETAILS = {"brand": "Toyota", "model": "Camry", "year": 2018, "mileage": 90000}
_DIGEST = "sha256(gen_random_uuid()::text::bytea)"
_FIELDS = {"category": "car", "title": "Toyota Camry 2018", "price": 1200000, "city": "Бишкек", "details": _DETAILS}


def _json(**value: Any) -> str:
    return "'" + json.dumps(value, ensure_ascii=False) + "'::jsonb"


def _feed(**query: Any) -> str:
    return f"public.listing_feed({_json(**{'sort': 'newest', 'limit': PAGE, **query})}, $user)"


REQUESTS: dict[str, str] = {
    "listing_feed, newest": _feed(),
    "listing_feed, category": _feed(category="car"),
    "listing_feed, brand, model": _feed(category="car", brand="Toyota", model="Camry"),
    "listing_feed, city by price": _feed(city="Ош", sort="price_asc"),
    "listing_feed, property, rooms by price": _feed(property_type="apartment", rooms=2, sort="price_asc"),
    "listing_feed, nearest": _feed(sort="nearest", radius_km=50, **BISHKEK),
    "listing_feed, rare brand nearest": _feed(brand="Volvo", sort="nearest", radius_km=50, **BISHKEK),
    "listing_feed, common word": _feed(text="Toyota", match="words"),
    "listing_feed, common word by price": _feed(text="Toyota", match="words", category="car", sort="price_asc"),
    "listing_feed, words": _feed(text="красная тойота надёжная", match="words"),
    "listing_feed, typing error": _feed(text="Toyta Hilander", latin="toyta hilander", match="similar"),
    "listing_marks": "public.listing_marks(array[$listing, $listing2], $user)",
    "listing_read": "public.listing_read($listing, $user)",
    "popular_searches": "public.popular_searches(14, 3, 10, 'car')",
    "business_listings": f"public.business_listings($business, {_BEFORE}, 20, $user)",
    "business_read": "public.business_read($business, $user)",
    "business_mine": "public.business_mine($user)",
    "listing_create": f"public.listing_create($user, {_json(**_FIELDS)}, null, {_DIGEST})",
    "listing_update": f"public.listing_update($seller, $own, {_json(price=990000)})",
    "listing_mark_sold": "public.listing_mark_sold($seller, $own, 14)",
    "listing_delete": "public.listing_delete($seller, $own)",
    "listing_react": "public.listing_react($user, $listing, 'like', true)",
    "record_listing_views": "public.record_listing_views(jsonb_build_array(jsonb_build_object('listing_id', $listing,"
    " 'viewer', md5($user::text), 'device', null, 'viewed_on', current_date)))",
    "listing_report": "public.listing_report($user, $listing, 'fraud', 'Фото чужое')",
    "comments_page": f"public.comments_page($listing, {_BEFORE}, 20, $user)",
    "comment_add": "public.comment_add($user, $listing, null, 'Торг уместен?')",
    "chat_threads_page": f"public.chat_threads_page($member, {_BEFORE}, 20)",
    "chat_messages_page": f"public.chat_messages_page($member, $thread, {_BEFORE}, 50)",
    "chat_open_thread": "public.chat_open_thread($user, $listing)",
    "chat_send": "public.chat_send($member, $thread, " + _json(message_type="text", body="Ещё продаёте?") + ","
    " gen_random_uuid(), 60)",
    "chat_mark_read": "public.chat_mark_read($member, $thread)",
    "chat_block": "public.chat_block($user, $user2)",
    "chat_report": "public.chat_report($user, 'user', $user2, 'spam', null)",
    "session_end": "public.session_end($user, $session, false)",
    "session_refusal": "private.session_refusal($session)",
    "rate_limit_hit": "public.rate_limit_hit('bench:' || $user::text, 100, 900)",
    "subscription_read": "public.subscription_read($user)",
    "subscription_history": "public.subscription_history($user)",
    "upload_ticket_open": "public.upload_ticket_open($user, "
    + _json(title="Камри", bytes=9000000, duration_seconds=60, content_type="video/mp4", provider="api_video")
    + f", null, {_DIGEST}, 3600)",
    "video_find": "public.video_find('api_video', 'viBig17')",
    "video_read": "public.video_read('viBig17', $user)",
    "health_check": "public.health_check()",
}

STAFF: dict[str, str] = {
    "operations_overview": "public.operations_overview($staff)",
    "moderation_list": "public.moderation_list($staff, array['pending'], false, null, null, null, 20)",
    "comments_to_check": "public.comments_to_check($staff, 20)",
    "customer_by_phone": "public.customer_by_phone($staff, '+996500000777')",
    "payments_search": "public.payments_search($staff, null, 50)",
    "audit_page": f"public.audit_page($staff, {_BEFORE}, 50)",
    "alerts_list": "public.alerts_list($staff, 50)",
    "metrics_series": "public.metrics_series($staff, array['new_users'], 30)",
    "database_report": "public.database_report($staff)",
}

# Batches of jobs, to measure the time of their locks.
JOBS: dict[str, str] = {
    "cleanup_batch(1000)": "public.cleanup_batch(1000)",
    "metrics_record(yesterday)": "public.metrics_record(current_date - 1)",
    "monitoring_metrics": "public.monitoring_metrics(null)",
    "videos_due(50)": "public.videos_due(50, 60)",
    "sms_reports_due(50)": "public.sms_reports_due(50, array['nikita', 'smsc'])",
    "subscriptions_due(50)": "public.subscriptions_due('{}', 50)",
    "storage_changes(500)": "public.storage_changes('-infinity', '00000000-0000-0000-0000-000000000000', 500)",
}

"""Time zone of Kyrgyzstan, in which days are counted and shown; without daylight saving time."""

from datetime import timedelta, timezone

BISHKEK = timezone(timedelta(hours=6), "Asia/Bishkek")

"""Time of Kyrgyzstan, in which days are counted and shown; it knows no summer time."""

from datetime import timedelta, timezone

BISHKEK = timezone(timedelta(hours=6), "Asia/Bishkek")

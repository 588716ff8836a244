"""Videos of the demonstration data (supabase/seed.sql) at both providers, so that its listings play."""

from __future__ import annotations

import time

from local.simulators.api_video import ApiVideo
from local.simulators.media import Film
from local.simulators.yandex_video import YandexVideo

# The seed numbers its listings from 1 to 220, with gaps.
_NUMBERS = range(1, 221)
_DAY = 86_400.0


def hold_demo_videos(api_video: ApiVideo, yandex: YandexVideo) -> None:
    """Each of them at api.video; every third one at Yandex as well, as after its transfer."""
    for number in _NUMBERS:
        film, size = Film(15.0 + number % 90, 1280, 720), 300_000 + number * 1000
        made_at = time.time() - 100 * _DAY + number
        title = f"demonstration {number}"
        api_video.library.seed(video_id=f"viDemo{number}", size=size, film=film, title=title, made_at=made_at)
        if number % 3 == 0:
            yandex.seed(video_id=f"vplvDemo{number}", size=size, film=film, title=title, made_at=made_at)

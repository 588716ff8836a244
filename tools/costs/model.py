"""Cost model: by the audit's prices, by public prices, and of the transfer."""

from __future__ import annotations

from dataclasses import dataclass

from tools.costs.assumptions import Assumptions, Library, Range, UnitPrices

_DAYS_OF_A_MONTH = 30.4


@dataclass(frozen=True)
class Bill:
    """Monthly cost of a provider, US dollars."""

    storage: Range
    delivery: Range
    encoding: Range

    @property
    def total(self) -> Range:
        return self.storage + self.delivery + self.encoding


@dataclass(frozen=True)
class MoveCost:
    """Cost of the transfer (paid once, US dollars) and its duration (days)."""

    download: Range
    encoding: Range
    double_hosting: Range
    days: int

    @property
    def total(self) -> Range:
        return self.download + self.encoding + self.double_hosting


def by_audit(prices: UnitPrices, library: Library) -> Bill:
    """Return the audit's sum: it encodes the whole library every month."""
    return Bill(
        storage=_exactly(library.gigabytes * prices.storage_gb),
        delivery=_exactly(library.delivered_gigabytes * prices.delivery_gb),
        encoding=_exactly(library.minutes * prices.encoding_minute),
    )


def api_video_publicly(assumed: Assumptions, library: Library) -> Bill:
    """Return the bill by public prices: minutes, independent of their size."""
    return Bill(
        storage=assumed.priced("api_video_hosting_minute").times(library.minutes),
        delivery=assumed.priced("api_video_delivery_minute").times(library.delivered_minutes),
        encoding=assumed.priced("api_video_encoding_minute").times(_new_minutes(assumed, library)),
    )


def yandex_publicly(assumed: Assumptions, library: Library) -> Bill:
    """Return the bill by public prices: streams and originals are both stored, with a replica at VK Cloud."""
    streams = assumed.priced("yandex_streams_gb").times(assumed.streams)
    stored = streams + assumed.priced("yandex_original_gb") + assumed.priced("vk_storage_gb")
    return Bill(
        storage=stored.times(library.gigabytes),
        delivery=assumed.priced("yandex_delivery_gb").times(library.delivered_gigabytes),
        encoding=assumed.priced("yandex_encoding_minute").times(_new_minutes(assumed, library)),
    )


def cost_of_move(assumed: Assumptions, *, videos: int, minutes: float) -> MoveCost:
    """Return the transfer's cost: each film is downloaded and encoded once, and hosted twice during the fallback."""
    months = assumed.migration.fallback_days / _DAYS_OF_A_MONTH
    return MoveCost(
        download=assumed.priced("api_video_delivery_minute").times(minutes),
        encoding=assumed.priced("yandex_encoding_minute").times(minutes),
        double_hosting=assumed.priced("api_video_hosting_minute").times(minutes * months),
        days=-(-videos // assumed.migration.videos_per_day),
    )


def months_to_earn(cost: Range, saving: Range) -> Range | None:
    """Return the months until the transfer has paid for itself; None where it may never."""
    if saving.low <= 0:
        return None
    return Range(low=cost.low / saving.high, high=cost.high / saving.low)


def _new_minutes(assumed: Assumptions, library: Library) -> float:
    share = library.videos / assumed.library.videos
    return assumed.growth.new_videos_per_month * share * library.minutes_per_video


def _exactly(value: float) -> Range:
    return Range(low=value, high=value)

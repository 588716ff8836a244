"""Report as tables, and as rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from tools.costs.assumptions import Assumptions, Range
from tools.costs.model import (
    Bill,
    MoveCost,
    api_video_publicly,
    by_audit,
    cost_of_move,
    months_to_earn,
    yandex_publicly,
)

_ITEMS = ("storage", "delivery", "encoding", "total")


def tables_of(assumed: Assumptions) -> Iterator[Table | Text]:
    library = assumed.library
    yield Text(
        f"{library.videos:,} videos of {library.megabytes_per_video:g} MB and {library.minutes_per_video:g} minutes, "
        f"each watched {library.views_per_video:g} times a month by {library.users:,} users.\n"
        "US dollars a month, without VAT. Prices and their sources: tools/costs/assumptions.toml"
    )
    yield _audit(assumed)
    yield _everything(assumed)
    yield _public(assumed)
    yield _by_users(assumed)
    yield _move(assumed)
    yield _prices(assumed)


def rows_of(assumed: Assumptions) -> Iterator[tuple[str, int, str, str, float, float]]:
    """model, users, provider, item, low, high."""
    for users in sorted({assumed.library.users, *assumed.users.counts}):
        library = assumed.library.for_users(users)
        bills = {
            ("audit", "api_video"): by_audit(assumed.audit.api_video, library),
            ("audit", "yandex"): by_audit(assumed.audit.yandex, library),
            ("public", "api_video"): api_video_publicly(assumed, library),
            ("public", "yandex"): yandex_publicly(assumed, library),
        }
        for (model, provider), bill in bills.items():
            for item in _ITEMS:
                amount: Range = getattr(bill, item)
                yield model, users, provider, item, round(amount.low, 2), round(amount.high, 2)
        move = cost_of_move(assumed, videos=library.videos, minutes=library.minutes)
        for item in ("download", "encoding", "double_hosting", "total"):
            amount = getattr(move, item)
            yield "move", users, "both", item, round(amount.low, 2), round(amount.high, 2)


def _audit(assumed: Assumptions) -> Table:
    audit = assumed.audit
    before, after = by_audit(audit.api_video, assumed.library), by_audit(audit.yandex, assumed.library)
    table = _table("The audit's model", "", "api.video", "Yandex", "saving")
    for item in _ITEMS[:3]:
        one, other = getattr(before, item), getattr(after, item)
        table.add_row(item, _money(one), _money(other), _money(one - other))
    rest = audit.stated.yandex - after.total.low
    table.add_row("not itemised by the audit", "", _money(_plain(rest)), _money(_plain(-rest)))
    saving = audit.stated.api_video - audit.stated.yandex
    stated = (_money(before.total), _money(_plain(audit.stated.yandex)), _money(_plain(saving)))
    table.add_row("total, as the audit states it", *stated, style="bold")
    table.caption = (
        f"The audit's own unit prices give {_money(after.total)} for Yandex; it states about "
        f"{audit.stated.yandex:,.0f}, a fifth of the former bill."
    )
    return table


def _everything(assumed: Assumptions) -> Table:
    audit = assumed.audit
    table = _table('The audit\'s "Cost analysis": everything', "", "before", "after")
    table.add_row("videos", _money(_plain(audit.stated.api_video)), _money(_plain(audit.stated.yandex)))
    for name in sorted({*audit.others, *audit.others_after}):
        before, after = audit.others.get(name, 0.0), audit.others_after.get(name, 0.0)
        table.add_row(name.replace("_", " "), f"{before:,.2f}", f"{after:,.2f}")
    totals = (
        audit.stated.api_video + sum(audit.others.values()),
        audit.stated.yandex + sum(audit.others_after.values()),
    )
    table.add_row("total", *(f"{total:,.2f}" for total in totals), style="bold")
    table.caption = f"Saving {totals[0] - totals[1]:,.2f} a month, {(totals[0] - totals[1]) / totals[0]:.0%}."
    return table


def _public(assumed: Assumptions) -> Table:
    before, after = api_video_publicly(assumed, assumed.library), yandex_publicly(assumed, assumed.library)
    table = _table("By public prices", "", "api.video", "Yandex with a replica", "saving")
    for item in _ITEMS:
        one, other = getattr(before, item), getattr(after, item)
        style = "bold" if item == "total" else None
        table.add_row(item, _money(one), _money(other), _money(one - other), style=style)
    table.caption = (
        "api.video bills minutes, not GB, and encodes for nothing: the audit's saving cannot be confirmed from public "
        "prices. Take the invoices before deciding."
    )
    return table


def _by_users(assumed: Assumptions) -> Table:
    table = _table(
        "By number of users",
        "users",
        "videos",
        "audit: api.video",
        "audit: Yandex",
        "public: api.video",
        "public: Yandex",
    )
    for users in assumed.users.counts:
        library = assumed.library.for_users(users)
        bills: list[Bill] = [
            by_audit(assumed.audit.api_video, library),
            by_audit(assumed.audit.yandex, library),
            api_video_publicly(assumed, library),
            yandex_publicly(assumed, library),
        ]
        table.add_row(f"{users:,}", f"{library.videos:,}", *(_money(bill.total) for bill in bills))
    table.caption = "Totals by unit prices; items that the audit does not list are left out."
    return table


def _move(assumed: Assumptions) -> Table:
    library = assumed.library
    move: MoveCost = cost_of_move(assumed, videos=library.videos, minutes=library.minutes)
    table = _table("Costs of the transfer, once", "", "US dollars")
    table.add_row("download from api.video", _money(move.download))
    table.add_row("encoding at Yandex", _money(move.encoding))
    table.add_row(f"api.video as the fallback for {assumed.migration.fallback_days} days", _money(move.double_hosting))
    table.add_row("total", _money(move.total), style="bold")
    saving = api_video_publicly(assumed, library).total - yandex_publicly(assumed, library).total
    months = months_to_earn(move.total, saving)
    earned = "" if months is None else f" It is earned back in {months.low:.1f} to {months.high:.1f} months."
    table.caption = f"{move.days} days at {assumed.migration.videos_per_day:,} a day.{earned}"
    return table


def _prices(assumed: Assumptions) -> Table:
    table = Table(title="Public prices", title_justify="left", title_style="bold")
    for heading in ("price", "US dollars", "per", "as of", "certainty", "source"):
        table.add_column(heading, justify="right" if heading == "US dollars" else "left")
    for price in assumed.price:
        amount = f"{price.low:g}" if price.low == price.high else f"{price.low:g} – {price.high:g}"
        name = price.name.replace("_", " ")
        table.add_row(name, amount, price.unit, str(price.date), price.certainty, price.source)
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", caption_justify="left")
    table.add_column(first)
    for heading in others:
        table.add_column(heading, justify="right")
    return table


def _plain(value: float) -> Range:
    return Range.model_construct(low=value, high=value)


def _money(amount: Range) -> str:
    if round(amount.low) == round(amount.high):
        return f"{amount.low:,.0f}"
    return f"{amount.low:,.0f} – {amount.high:,.0f}"

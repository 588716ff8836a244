"""Finished responses for guests, stored with their entity tags."""

from dataclasses import dataclass

from auto360.providers.cache import Cache, Kept, keep


@dataclass(frozen=True)
class GuestPage:
    """Body of a response with its entity tag."""

    tag: str
    body: str


@dataclass(frozen=True)
class GuestPages:
    """Pages of one group. Within `lag_seconds` after a write of the group a page is kept no longer than that."""

    cache: Cache
    group: str
    seconds: int
    lag_seconds: int

    def expect(self, key: str) -> None:
        """Announce a lookup of a page in this request."""
        self.cache.expect(self.group, f"page:{key}")

    def find(self, key: str) -> tuple[Kept, GuestPage | None]:
        """Return the page, if it is kept, and the state that `keep` needs from before its building."""
        kept = self.cache.lookup(self.group, f"page:{key}")
        if kept.text is None:
            return kept, None
        tag, _, body = kept.text.partition("\n")
        return kept, GuestPage(tag, body)

    def keep(self, key: str, page: GuestPage, before: Kept) -> None:
        """Keep a page that was built after `before` was found."""
        keep(
            self.cache,
            self.group,
            f"page:{key}",
            f"{page.tag}\n{page.body}",
            generation=before.generation,
            seconds=self.seconds,
            settles_in=self.lag_seconds,
        )

"""Listings: the feed, search, posting and changing, likes and favourites. Knows no HTTP and no provider."""

"""Listings: feed, search, posting and editing, likes and favourites. Knows no HTTP and no provider."""

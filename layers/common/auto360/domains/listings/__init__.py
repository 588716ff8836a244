"""Listings: feed, search, posting and editing, likes and favourites. Without HTTP and providers."""

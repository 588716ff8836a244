"""Moderation: queue of listings, and decisions about them. Knows no HTTP and no provider."""

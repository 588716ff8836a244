"""Moderation: queue of listings, and decisions about them. Without HTTP and providers."""

"""Moderation: the queue of listings to check, and decisions about them. Knows no HTTP and no provider."""

"""Backups by hand: making, listing, verifying and restoring them, and recovery after a disaster."""

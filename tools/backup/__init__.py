"""Backups by hand: making, listing, proving and restoring them, and what is done after a disaster."""

"""Backups in VK Cloud that are known to restore: database, videos, users' files."""

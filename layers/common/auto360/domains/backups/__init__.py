"""Backups in VK Cloud, proved to restore: database, videos, users' files."""

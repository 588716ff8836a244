"""Backup of a database beside `pg_dump -Fc` piped into the same object storage."""

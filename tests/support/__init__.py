"""Test support: a database, the running stack, the log scan."""

"""What the tests stand on: a database, the running stack, the log scan."""

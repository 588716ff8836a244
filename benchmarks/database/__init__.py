"""Times and plans of SQL functions on the large database, each alone."""

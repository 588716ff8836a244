"""Files made from the schema of a database from zero: its dump, the typed calls of its functions, their list."""

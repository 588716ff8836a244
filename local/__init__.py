"""Local stack: the whole backend on one machine, without containers and accounts."""

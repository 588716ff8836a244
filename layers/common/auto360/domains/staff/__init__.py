"""Staff: sign-in, roles, overview, audit log. Knows no HTTP."""

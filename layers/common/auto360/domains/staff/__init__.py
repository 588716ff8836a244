"""Staff: sign-in, roles, overview, audit log. Without HTTP."""

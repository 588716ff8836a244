"""Accounts: login by SMS code, sessions with rotating refresh tokens, consent. Knows no HTTP and no provider."""

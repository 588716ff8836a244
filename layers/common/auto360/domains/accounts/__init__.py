"""Accounts: login by SMS code, sessions with rotating refresh tokens, consent. Without HTTP and providers."""

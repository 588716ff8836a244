"""The SMS service: single messages by operators, what became of every message, and what it all costs."""

"""Health, alerts, and what the team watches."""

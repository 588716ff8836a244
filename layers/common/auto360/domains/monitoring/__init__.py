"""Health checks, metrics and alerts."""

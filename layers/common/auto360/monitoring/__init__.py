"""Monitoring: what the team asks of the running system."""

"""Costs of videos: the audit's model, public prices beside it, and the transfer itself."""

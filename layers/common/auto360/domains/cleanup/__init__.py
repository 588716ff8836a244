"""Removing what has served its purpose."""

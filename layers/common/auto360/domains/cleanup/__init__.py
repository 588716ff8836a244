"""Removal of expired data."""

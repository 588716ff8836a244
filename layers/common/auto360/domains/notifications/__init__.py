"""Notifications: the list in the app, preferences, phones, pushes, campaigns."""

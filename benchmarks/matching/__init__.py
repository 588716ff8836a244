"""Matching of new listings with saved searches, against running each search by itself."""

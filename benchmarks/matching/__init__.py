"""Matching of new listings with saved searches, compared with running each search."""

"""Flood protection before the gateway: its rules, what is wrong with them, and how a live profile differs from them."""

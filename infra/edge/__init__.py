"""Flood protection before the gateway: its rules, their faults, and differences of a live profile."""

"""Capacity: what a number of people needs, from measured CPU time, waits and sizes."""

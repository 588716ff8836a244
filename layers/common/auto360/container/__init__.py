"""Wiring: the only place that knows which provider stands behind which port.

Objects are built on first use and kept.
"""

"""Wiring: the only package that maps ports to providers.

Objects are built on first use and kept.
"""

"""Rehearsal of the video transfer: real processes, simulated failing providers, and random kills."""

"""Entry point of timer and storage functions."""

"""Ports, and the providers behind them."""

"""Providers simulated on this machine: the same wire formats, rules and faults, one file per provider."""

"""Benchmarks that docs/performance.md quotes: each is one make target and asserts nothing."""

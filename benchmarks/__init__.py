"""Benchmarks quoted by docs/performance.md: each is one make target and asserts nothing."""

"""What docs/performance.md quotes: each benchmark is one make target and asserts nothing."""

"""Stands where the cloud's API gateway stands: HTTP in, the cloud's event to a function, its answer out."""

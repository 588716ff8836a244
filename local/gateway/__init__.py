"""Local replacement of the cloud's API gateway: HTTP in, the cloud's event to a function, its answer out."""

"""Video transfer by hand: `make migrate-videos ARGS="status"`."""

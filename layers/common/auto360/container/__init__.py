"""The only place that knows which provider stands behind which port. Everything is built on first use and kept."""

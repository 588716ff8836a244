"""The only place that knows which supplier stands behind which port. Everything is built on first use and kept."""

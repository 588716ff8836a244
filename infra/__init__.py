"""Build and deployment: artifacts, their comparison with the running versions, and the change."""

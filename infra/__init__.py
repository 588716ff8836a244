"""From the repository to the cloud: artifacts, their comparison with what runs, and the change."""

"""Business metrics of the marketplace, day by day."""

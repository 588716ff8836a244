"""Business figures: how the marketplace does, day by day."""

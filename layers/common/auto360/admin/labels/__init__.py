"""Russian and English labels of the operations page."""

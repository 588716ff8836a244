"""Russian labels of the operations page."""

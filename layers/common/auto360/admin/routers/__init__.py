"""Routes of the operations page, one router per area."""

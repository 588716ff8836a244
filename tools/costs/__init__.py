"""What videos cost: the audit's model, the public prices beside it, and what the move itself costs."""

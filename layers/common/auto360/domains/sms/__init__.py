"""SMS service: staff messages, delivery receipts, costs."""

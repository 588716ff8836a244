"""Feed at half a million listings: seeding, plans, times."""

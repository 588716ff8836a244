"""Move of videos rehearsed: real processes, simulated providers that fail, and kills at random."""

"""The move of videos rehearsed: real processes, simulated suppliers that fail, and kills at random."""

"""Package shared by every function of 360Auto's backend."""

import gc

# What is imported lives as long as the process: looking for garbage in it again and again is a tenth of a cold start.
gc.set_threshold(100_000, 50, 100)

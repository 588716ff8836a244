"""Package shared by every function of 360Auto's backend."""

import gc

from auto360.core.lazy_packages import open_lazily

open_lazily()
# Imported objects live as long as the process: collecting them repeatedly costs a tenth of a cold start.
gc.set_threshold(100_000, 50, 100)

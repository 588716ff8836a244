"""`make disaster-rehearsal`: a whole region is lost on this machine, rebuilt from VK Cloud, and compared."""

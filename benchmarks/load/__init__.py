"""Load test with open arrivals. Latency counts from the moment at which a person wanted the answer."""

"""Load test with open arrivals. Latency counts from the intended moment of the request."""

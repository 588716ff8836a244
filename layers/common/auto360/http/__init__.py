"""From a cloud's event to our code and back: HTTP requests, timer and storage events, errors, limits, logs."""

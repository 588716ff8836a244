"""HTTP: cloud events to responses; sign-in, limits, schemas, errors."""

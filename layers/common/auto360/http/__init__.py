"""HTTP floor: cloud events in, responses out; auth, limits, schemas, errors."""

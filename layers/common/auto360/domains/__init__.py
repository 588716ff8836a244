"""Rules and use cases, one package per subject; no domain imports another."""

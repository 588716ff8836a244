"""Comparison of two states of the repository by their outputs: schema, OpenAPI document, answers, list of tests."""

"""Memory of functions: after their import, and over twenty thousand calls."""

"""The people who run the service: their sign-in, their roles, what waits for them, what they did. Knows no HTTP."""

"""Business accounts: what they publish, who works in them, whose they are. Knows no HTTP and no provider."""

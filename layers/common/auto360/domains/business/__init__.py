"""Business accounts: profiles, teams and ownership. Knows no HTTP and no provider."""

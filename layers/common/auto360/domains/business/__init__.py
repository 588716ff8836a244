"""Business accounts: profiles, teams and ownership. Without HTTP and providers."""

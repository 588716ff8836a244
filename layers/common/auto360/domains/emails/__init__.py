"""E-mail of users: the optional address, the outbox, unsubscribing, the provider's reports."""

"""Billing: ordering a tier at a bank, what the bank says about it, subscriptions, operators' work, figures."""

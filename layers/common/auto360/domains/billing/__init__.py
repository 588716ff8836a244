"""Billing: orders at banks, webhooks, subscriptions, staff decisions, revenue metrics."""

"""Delivery: telling webhooks of changes, and the worker that does so in the background."""

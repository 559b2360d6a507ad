"""Webhooks of other systems: whether a call is theirs, and which events are in it."""

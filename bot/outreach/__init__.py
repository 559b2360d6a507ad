"""Whom to ask, when, or why not: pure rules."""

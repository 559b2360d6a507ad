"""The decider: takes what is due in the ledger, decides each once, and invites whom to ask in the same transaction."""

"""The planner: brings campaigns' waves into the ledger, some contacts at a time."""

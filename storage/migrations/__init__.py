"""The schema, step by step: numbered SQL files, and for each a revision that runs it."""

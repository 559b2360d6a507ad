"""The survey language: what an admin writes in YAML, and how replies to it are read. Pure."""

"""Slack: direct messages, channels and threads. `config` is what an operator writes, `channel` what runs."""

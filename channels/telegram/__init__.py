"""Telegram: a bot in private chats and groups. `config` is what an operator writes, `channel` what runs."""

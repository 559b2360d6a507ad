"""The demo's devices: an SMS phone, a Telegram phone and a Slack, each with the stand-in of its provider."""

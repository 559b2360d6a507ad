"""Twilio: SMS, and WhatsApp on the same adapter. `config` is what an operator writes, `channel` what runs."""

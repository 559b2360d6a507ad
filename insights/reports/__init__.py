"""Reports that are sent by themselves: when, about which days, what they say, and when a score has really moved."""

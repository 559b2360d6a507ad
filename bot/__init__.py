"""The conversation: what it says, to whom, and how nothing of it gets lost."""

"""What callers and agents are told: the texts, and how they are spoken."""

"""The demonstration: real phones call through a real Asterisk, and everybody sees why."""

"""The lab: a real Asterisk in a private root, and real phones that call through it."""

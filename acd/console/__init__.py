"""What the commands of `acd` do: one module per kind of thing that they are about."""

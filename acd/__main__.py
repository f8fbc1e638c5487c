"""`python -m acd` is the command `acd`."""

from acd.cli import main

main()

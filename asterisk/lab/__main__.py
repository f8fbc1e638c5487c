"""`python -m asterisk.lab root`: make the private root and print where it is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from acd.errors import OperatorError
from asterisk.lab.root import ensure_root


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, or 2 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python -m asterisk.lab", description=__doc__)
    parser.add_argument("what", choices=["root"], help="root: make it unless it is there")
    parser.parse_args(arguments)
    try:
        root = ensure_root(lambda line: print(line, file=sys.stderr, flush=True))
    except OperatorError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(root.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Run as `armslength` or `python -m armslength`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; Ctrl-C is answered in words from the first moment on."""
    try:
        from armslength.cli import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted. Nothing was left half-written.\n")
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()

"""`python -m fusion`."""

import sys

from fusion.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""`python -m fusion`."""

import sys

from fusion.cli import main

if __name__ == "__main__":
    try:
        status = main()
    except ModuleNotFoundError as error:
        sys.exit(f"The package {error.name} is not installed here: start with `make up`.")
    sys.exit(status)

"""`python -m subgraphs.cart serve|migrate|seed`."""

import sys

from subgraphs.shared.serve import main

if __name__ == "__main__":
    sys.exit(main("cart"))

"""`python -m subgraphs.catalog serve|migrate|seed`."""

import sys

from subgraphs.shared.serve import main

sys.exit(main("catalog"))

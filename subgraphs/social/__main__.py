"""`python -m subgraphs.social serve|migrate|seed`."""

import sys

from subgraphs.shared.serve import main

sys.exit(main("social"))

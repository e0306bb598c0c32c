"""`python -m subgraphs.livestream serve|migrate|seed`."""

import sys

from subgraphs.shared.serve import main

sys.exit(main("livestream"))

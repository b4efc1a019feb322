"""For all tests of the repository."""

import os

# The judge `local` takes a minute to make its base and a gigabyte to run: tests that ask for it say so.
os.environ.setdefault("MONSHIN_FACTCHECK_JUDGES", "none")

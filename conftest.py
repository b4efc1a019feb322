"""For all tests of the repository."""

import os

from hypothesis import settings

# The judge `local` takes a minute to make its base and a gigabyte to run: tests that ask for it say so.
os.environ.setdefault("MONSHIN_FACTCHECK_JUDGES", "none")
# Tests assert outcomes, not times: an example that a busy machine held up is no failure.
settings.register_profile("monshin", deadline=None)
settings.load_profile("monshin")

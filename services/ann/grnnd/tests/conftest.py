"""Shared by all tests of grnnd."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # its helpers, however pytest imports the tests

"""Generates the stubs whenever the distribution is built or installed, also with `pip install -e`."""

import sys
from pathlib import Path

from setuptools import setup

sys.path.insert(0, str(Path(__file__).parent))

from generate import generate

generate()
setup()

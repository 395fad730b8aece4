"""`python3 -m speaker`."""

import sys

from .main import main

sys.exit(main())

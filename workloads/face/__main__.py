"""`python3 -m face`."""

import sys

from .main import main

sys.exit(main())

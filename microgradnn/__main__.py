"""`python -m microgradnn` is the command `microgradnn`."""

import sys

from .cli import main

sys.exit(main())

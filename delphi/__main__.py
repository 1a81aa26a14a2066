"""`python -m delphi`: the command line."""

import sys

from delphi.cli import main

sys.exit(main())

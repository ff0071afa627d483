"""``python -m engine.train`` is the ``train`` command."""

import sys

from engine.train.cli import main

if __name__ == "__main__":
    sys.exit(main())

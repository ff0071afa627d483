"""``python -m grader`` is the ``grade`` command."""

import os
import sys

if __name__ == "__main__":
    # Python looks for modules in the current folder first, which may be a student's. It is left out before anything
    # else is imported, unless the grader itself was found there, in its own checkout. What Python imported before it
    # came here is past mending: among strangers' files, start `grade`, or `python -P -m grader`.
    if not sys.flags.safe_path and not __file__.startswith(f"{sys.path[0]}{os.sep}grader{os.sep}"):
        del sys.path[0]
    from grader.cli import main

    sys.exit(main())

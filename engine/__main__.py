"""``python -m engine``: a doctor that says what the engine can run on here, and what to install."""

import sys

from rich.console import Console
from rich.table import Table

from engine.cuda import is_available
from engine.doctor import examine


def main() -> int:
    """Print what was found; returns 0 if there is a CUDA device to use, else 1."""
    console = Console(highlight=False, markup=False)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for finding in examine():
        table.add_row("✗" if finding.fix else "✓", finding.subject, finding.found)
        if finding.fix:
            table.add_row("", "", f"→ {finding.fix}")
    console.print(table)
    usable = is_available()
    console.print('tensors can be on "cpu" and "cuda"' if usable else 'tensors can be on "cpu" only')
    return 0 if usable else 1


if __name__ == "__main__":
    sys.exit(main())

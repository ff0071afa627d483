"""The next batch is put together while the last one is trained on."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Batch = TypeVar("Batch")

THREAD_NAME = "byhand-batches"


def ahead(make: Callable[[int], Batch], count: int) -> Iterator[Batch]:
    """Yield ``make(0)``, ``make(1)``, … ``make(count - 1)``, each made in a background thread before it is asked for.

    Batches are made one at a time and in order, so that they are those of a plain loop. What is raised while one is
    made is raised where that batch is asked for. When iteration ends, or is broken off, the thread ends.

    Parameters
    ----------
    make : callable
        Called with the number of a batch.
    count : int

    Yields
    ------
    Batch

    Examples
    --------
    >>> list(ahead(lambda number: number**2, 4))
    [0, 1, 4, 9]
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix=THREAD_NAME) as thread:
        making = [thread.submit(make, number) for number in range(min(2, count))]
        try:
            for number in range(count):
                batch = making.pop(0).result()
                # One is in the making already: the thread begins with it while this one's caller is being woken.
                if number + 2 < count:
                    making.append(thread.submit(make, number + 2))
                yield batch
        finally:
            for unwanted in making:
                unwanted.cancel()

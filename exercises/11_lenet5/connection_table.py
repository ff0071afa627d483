"""Unit 11, lenet5: which maps C3 reads.

Write the function below, then run:  grade exercises/ --only connection_table
"""

import numpy as np


def connection_table(maps: int = 6) -> np.ndarray:
    """Make the table that says which maps of S2 each map of C3 reads.

    In most networks a filter sees all maps of the layer before it. In LeNet-5 the maps of the layer C3 see only
    some of the 6 maps of S2, and no two of them see the same. That saves parameters, 60 small filters instead of
    96, and it breaks the symmetry: maps that get different inputs must learn different things.

    Here is the rule for any number n of maps in S2. Imagine them in a ring: after map n-1 comes map 0 again. With
    h = n // 2, from top to bottom, the rows of the table are

        n rows, i = 0 … n-1:    three neighbours      i, i+1, i+2
        n rows, i = 0 … n-1:    four neighbours       i, i+1, i+2, i+3
        h rows, i = 0 … h-1:    two opposite pairs    i, i+1 and i+h, i+h+1
        1 row:                  all maps

    and a number that reaches n goes on at 0: with 6 maps, 5+1 is 0 and 5+2 is 1. A row is one map of C3, so
    there are K = 2 n + h + 1 of them; with n = 6 these are the 16 maps of LeNet-5.

    Where this table was printed, columns have often slipped, on the lecture's slide as well: trust the rule.

    Parameters
    ----------
    maps : int
        n, the maps of S2; at least 6, even or odd.

    Returns
    -------
    ndarray (2 n + n // 2 + 1, n), bool
        True at [k, c] where map k of C3 reads map c of S2.

    Examples
    --------
    >>> table = connection_table(6)
    >>> table.shape, table.dtype
    ((16, 6), dtype('bool'))
    >>> int(table.sum())  # filters
    60
    >>> for k in (0, 4, 5, 9, 12, 14, 15):
    ...     print(k, "reads", *np.flatnonzero(table[k]))
    0 reads 0 1 2
    4 reads 0 4 5
    5 reads 0 1 5
    9 reads 0 3 4 5
    12 reads 0 1 3 4
    14 reads 0 2 3 5
    15 reads 0 1 2 3 4 5
    """
    raise NotImplementedError

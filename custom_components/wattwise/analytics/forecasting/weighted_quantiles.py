"""Quantiles of values that do not all count the same."""

import numpy as np

from .local_days import Floats


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Quantiles (levels, columns) down the columns of `values` (rows, columns).

    `weights` has the shape of `values`, with a positive sum in every column. The value
    of a row stands at the middle of its share of the sum; between two rows it is
    interpolated, beyond the outer ones it stays (Hyndman and Fan 1996, type 5, with
    weights).
    """
    order = np.argsort(values, axis=0)
    values = np.take_along_axis(values, order, axis=0)
    weights = np.take_along_axis(weights, order, axis=0)
    share = np.cumsum(weights, axis=0)
    share = (share - weights / 2) / share[-1]
    columns = range(values.shape[1])
    return np.stack(
        [np.interp(levels, share[:, c], values[:, c]) for c in columns], axis=1
    )

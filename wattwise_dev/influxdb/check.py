"""The command that checks a server of somebody's own."""

import argparse
import asyncio
from collections.abc import Sequence
import getpass
import os
from pathlib import Path
import tempfile

from custom_components.wattwise.history.influx.errors import InfluxError
from custom_components.wattwise.history.influx.probe import find_version, probe
from custom_components.wattwise.history.influx.settings import (
    InfluxSettings,
    server_address,
)
from wattwise_dev.store_contract.checks import CHECKS
from wattwise_dev.store_contract.influx_bench import influx_bench


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a server; return 0 if it does all that WattWise needs."""
    options = _parser().parse_args(arguments)
    try:
        settings = _found(options)
    except InfluxError as err:
        print(f"This server cannot be used ({err.key}): {err}")
        return 1
    print(f"InfluxDB {settings.version} at {settings.url}, {settings.database}")
    return asyncio.run(_check(settings))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/check_influxdb",
        description="Checks whether an InfluxDB does all that WattWise needs. Use a"
        " database of its own: readings of some trial meters are written to it, and"
        " deleted again where the server can do that.",
        epilog="The password or token is asked for, or taken from the environment's"
        " INFLUX_PASSWORD or INFLUX_TOKEN.",
    )
    parser.add_argument("--url", required=True, help="such as http://host:8086")
    parser.add_argument("--database", required=True, help="or bucket; it must exist")
    parser.add_argument("--username", help="of InfluxDB 1")
    parser.add_argument("--org", help="of InfluxDB 2")
    parser.add_argument(
        "--token", action="store_true", help="there is one, as for InfluxDB 2 and 3"
    )
    parser.add_argument(
        "--insecure", action="store_true", help="accept any certificate"
    )
    return parser


def _found(options: argparse.Namespace) -> InfluxSettings:
    """Return the settings, once a point could be written and read back."""
    password = token = None
    if options.username:
        password = os.environ.get("INFLUX_PASSWORD") or getpass.getpass("Password: ")
    if options.token:
        token = os.environ.get("INFLUX_TOKEN") or getpass.getpass("Token: ")
    url, verify_tls = server_address(options.url), not options.insecure
    version = find_version(
        url,
        verify_tls=verify_tls,
        token=token,
        username=options.username,
        password=password,
    )
    return probe(
        InfluxSettings(
            url=url,
            database=options.database,
            username=options.username,
            password=password,
            token=token,
            org=options.org,
            verify_tls=verify_tls,
            version=version,
        )
    )


async def _check(settings: InfluxSettings) -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        async with influx_bench(Path(folder), settings) as bench:
            for check in CHECKS:
                sentence = (check.__doc__ or "").strip()
                try:
                    await check(bench)
                except Exception as err:  # noqa: BLE001  (whatever it is, it failed)
                    failed += 1
                    print(f"FAILED  {sentence}\n        {type(err).__name__}: {err}")
                else:
                    print(f"ok      {sentence}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())

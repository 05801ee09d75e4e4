"""Libraries that some installations have and others cannot."""

from importlib import import_module
from typing import Any, Final

from .errors import MissingLibraryError
from .table import FileFormat

_NAMES: Final = {FileFormat.PARQUET: "Parquet", FileFormat.HDF5: "HDF5"}


def load_library(name: str, needed_for: FileFormat) -> Any:
    """Return a module; to be called in a worker thread, as it may take a second.

    Raises MissingLibraryError where it is not installed or does not work.
    """
    try:
        return import_module(name)
    except Exception as err:
        # A library that was built for another system fails in its own ways.
        raise MissingLibraryError(format=_NAMES[needed_for]) from err

"""Why a file cannot be read: one class for each sentence the user is told."""


class FileError(Exception):
    """A file that cannot be read; `values` are what a sentence about it names."""

    def __init__(self, **values: str) -> None:
        """Note what a sentence has to name."""
        super().__init__(values)
        self.values = values


class UnknownFormatError(FileError):
    """The content is none of the formats."""


class SpreadsheetError(FileError):
    """The file is a spreadsheet or another archive."""


class BrokenFileError(FileError):
    """The file ends too early, or is damaged."""


class MissingLibraryError(FileError):
    """The library that reads the format is not installed; gives `format`."""


class NoTableError(FileError):
    """There are no rows with at least two columns."""


class UnequalColumnsError(FileError):
    """The columns of times and of values have different lengths."""


class AmbiguousDatesError(FileError):
    """Days and months cannot be told apart; gives an `example`."""


class AmbiguousNumbersError(FileError):
    """A decimal mark cannot be told from one between thousands; gives an `example`."""


class UnknownColumnError(FileError):
    """The file has no column of this name; gives `column` and all `columns`."""

    def __init__(self, column: str, columns: tuple[str, ...]) -> None:
        """Name the column that is missing and those that are there."""
        super().__init__(column=column, columns=", ".join(columns))

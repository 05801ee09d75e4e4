"""What people are told when a file cannot be read."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .history.files.errors import (
    AmbiguousDatesError,
    AmbiguousNumbersError,
    BrokenFileError,
    FileError,
    MissingLibraryError,
    NoTableError,
    SpreadsheetError,
    UnequalColumnsError,
    UnknownColumnError,
    UnknownFormatError,
)


def file_problem(err: FileError, file: str) -> ServiceValidationError:
    """Return the sentence for what is wrong with a file of this name."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key={
            AmbiguousDatesError: "file_dates_ambiguous",
            AmbiguousNumbersError: "file_numbers_ambiguous",
            BrokenFileError: "file_broken",
            MissingLibraryError: "file_library_missing",
            NoTableError: "file_without_table",
            SpreadsheetError: "file_is_spreadsheet",
            UnequalColumnsError: "file_columns_unequal",
            UnknownColumnError: "unknown_column",
            UnknownFormatError: "file_format_unknown",
        }[type(err)],
        translation_placeholders={
            "file": file,
            "column": err.values.get("column", ""),
            "columns": err.values.get("columns", ""),
            "example": err.values.get("example", ""),
            "format": err.values.get("format", ""),
        },
    )


def import_problem(err: Exception, file: str) -> HomeAssistantError:
    """Return the sentence for what ended the import of a file."""
    if isinstance(err, FileError):
        return file_problem(err, file)
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="import_failed",
        translation_placeholders={"error": str(err)},
    )

"""Sends readings of a meter to WattWise and keeps them until they are stored."""

from .answer import Answer, Refused, Verdict
from .client import Client
from .queue import ReadingQueue
from .reading import FIELDS, InvalidReadingError, Reading

__all__ = [
    "FIELDS",
    "Answer",
    "Client",
    "InvalidReadingError",
    "Reading",
    "ReadingQueue",
    "Refused",
    "Verdict",
]

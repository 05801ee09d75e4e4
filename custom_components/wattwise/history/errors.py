"""What can go wrong with the history."""


class HistoryError(Exception):
    """The history cannot be read or written; nothing of the request was kept."""


class HistoryClosedError(HistoryError):
    """The history is closed or closing."""


class DamagedHistoryError(HistoryError):
    """The file of the history is damaged; it will be set aside."""

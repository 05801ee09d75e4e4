"""What can go wrong with the history."""


class HistoryError(Exception):
    """The history cannot be read or written; nothing of the request was kept."""


class HistoryClosedError(HistoryError):
    """The history is closed or closing."""


class LoadGoneError(HistoryError):
    """The meter whose history a file is loaded into was deleted meanwhile."""


class RecoveryAwaitedError(HistoryError):
    """A damaged file is to be recovered, which would bring back what is taken back."""


class DamagedHistoryError(HistoryError):
    """The file of the history is damaged; it will be set aside."""

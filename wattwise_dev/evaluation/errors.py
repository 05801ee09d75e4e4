"""What can be wrong with a request to evaluate."""


class EvaluationError(Exception):
    """The request cannot be met; the message is one line for a person."""

"""What goes wrong between a home and its history, on purpose and on record."""

from .catalogue import FAULTS, faults_possible, inject
from .event import Fault, FaultEvent

__all__ = ["FAULTS", "Fault", "FaultEvent", "faults_possible", "inject"]

"""The distributions that are tried, one in each file, with where their fits are from."""

from typing import Final

from .exponential import Exponential
from .family import Family
from .gamma import Gamma
from .log_normal import LogNormal
from .normal import Normal
from .weibull import Weibull

FAMILIES: Final[tuple[Family, ...]] = (
    Normal(),
    LogNormal(),
    Gamma(),
    Weibull(),
    Exponential(),
)

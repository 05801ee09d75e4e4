"""How unequal the three phases of a supply are."""

from math import sqrt


def voltage_unbalance(a: float, b: float, c: float) -> float:
    """Return the unbalance of three voltages from phase to neutral, as a share.

    It is the negative sequence over the positive one, which EN 50160 limits. Meters
    tell no angles: the phases are taken to be 120 degrees apart (C. L. Fortescue,
    "Method of Symmetrical Co-ordinates", 1918). The voltages between the phases that
    follow from that give the same by the formula of IEC 61000-4-30, which needs the
    magnitudes of those only. What all phases have in common, the zero sequence, is no
    part of it: to compare the magnitudes from phase to neutral would count it, too.

    The mean of the voltages must not be zero.
    """
    negative_squared = a * a + b * b + c * c - a * b - b * c - c * a
    return sqrt(max(0.0, negative_squared)) / (a + b + c)

"""How much a meter usually tells, when that is much, and when it is too much."""

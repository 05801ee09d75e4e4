"""What the repository as a whole must be, so that it installs and stays in order.

Home Assistant and HACS publish checks of their own (hassfest, the HACS action) that run
where this repository is hosted. Neither can be run from a checkout alone. The tests
here are our own reading of the same rules, so far as files show them, and of the
rules this project gave itself. They do not replace those checks.
"""

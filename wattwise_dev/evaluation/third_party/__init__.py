"""Models of other people, to compare with: run by the evaluation environment.

`scripts/setup --evaluation` installs what they need. Nothing here imports Home Assistant
or the integration: a job gives them arrays, and they give arrays back.
"""

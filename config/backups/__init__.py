"""The whole site in one file, taken while it serves, and brought back with proof. docs/deployment.md says how."""


class Refused(Exception):
    """It cannot be done as things are. The text is a sentence for whoever runs the site."""

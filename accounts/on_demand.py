"""Modules that are imported when something of them is first asked for.

For those that are large and that hardly any request needs: a site starts sooner without them, and its workers are
smaller. They are named at the top of the file like any other, and once more for whoever checks types.
"""

from importlib import import_module
from typing import Any


class OnDemand:
    """Stands for a module. Where two threads ask first, Python's own lock lets one of them import it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(import_module(self._name), attribute)
        if not attribute.startswith("_"):
            setattr(self, attribute, value)  # Next time it is found without coming here.
        return value

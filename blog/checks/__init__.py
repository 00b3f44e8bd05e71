"""What is looked over before a text is submitted. docs/checks.md tells how to add a check of your own.

Each check is a function from a proof to findings. None knows of the database or of who asks; whoever runs them brings
two functions that know the site, such as those of blog/checks/site.py.
"""

from .finding import Check, Finding, check
from .proof import Proof, Text
from .running import blocking, run, warnings

__all__ = ["Check", "Finding", "Proof", "Text", "blocking", "check", "run", "warnings"]

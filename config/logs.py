"""What is taken out of every line of the log."""

import logging
import re

# The token of a link to share is in its address, and Django logs the address of what it refuses.
SHARED = re.compile(r"(/shared/)[^\s?\"']+")


class WithoutTokens(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if "/shared/" in line:
            record.msg, record.args = SHARED.sub(r"\1…", line), None
        return True

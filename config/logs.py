"""What is taken out of every line of the log."""

import logging
import re

# The token of a link to share, and of somebody's own feed and the pictures in it, is in its address, and Django logs
# the address of what it refuses.
TOKEN = re.compile(r"(/shared/|/feeds/private/|/feeds/pictures/)[^\s?/\"']+")


class WithoutTokens(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if TOKEN.search(line):
            record.msg, record.args = TOKEN.sub(r"\1…", line), None
        return True

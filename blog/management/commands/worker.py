"""Do what is done beside the requests: send mail, write daily letters, write down what the clock has moved."""

import logging
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from blog import worker

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Work until SIGTERM or SIGINT, and finish the letter in hand first. A second one ends it at once.

    Nothing is lost if it is killed: the letter in hand goes out when its claim runs out, five minutes after. Should
    the mail server have taken it in the very moment before, it goes out a second time, under the same Message-ID;
    that is what “at least once” means here. Several workers may run at once.
    """

    help = (__doc__ or "").strip()

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def finish(number: int, frame: FrameType | None) -> None:
            logger.info("The worker finishes what is in hand")
            signal.signal(number, signal.SIG_DFL)
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, finish)
        logger.info("The worker is at work")
        worker.run(stop)

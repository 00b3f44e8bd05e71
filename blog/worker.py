"""What is done beside the requests: due mail, daily letters, and writing down what the clock has moved.

Any number of workers may run. What each takes up it claims in the database, so none does what another has in hand.
"""

import logging
import os
import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.db.models import Q
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from accounts.seldom import Seldom
from blog import statistics
from blog.feeds import hub
from blog.models import Post
from blog.models.letter import LEASE
from blog.models.notification import Notification

logger = logging.getLogger(__name__)
seldom = Seldom(logger)

PAUSE_SECONDS = 1.0
MAX_TASKS_IN_A_ROUND = 100
RESULTS_KEPT = timedelta(days=7)


def run(stop: threading.Event) -> None:
    """Work until told to stop, and then finish what is in hand. A fault is logged, and work goes on."""
    while not stop.is_set():
        for name, chore in CHORES.items():
            _try(chore, name)
        _try(lambda: run_tasks(stop), "run tasks")
        stop.wait(PAUSE_SECONDS)
    connections.close_all()


def start_in_thread() -> None:
    """Work beside a server, in its process. It ends with the process, in the middle of whatever it does."""
    threading.Thread(target=run, args=[threading.Event()], name="worker", daemon=True).start()


def take_up_what_was_dropped() -> None:
    """Put tasks back into the queue whose worker has died, or that failed by a fault of ours or of the database.

    The queue's own library leaves both for good. A letter's own claim keeps it from going out twice.
    """
    long_ago = timezone.now() - LEASE
    dropped = Q(status=TaskResultStatus.RUNNING, started_at__lt=long_ago)
    failed = Q(status=TaskResultStatus.FAILED, finished_at__lt=long_ago)
    tasks = DBTaskResult.objects.filter(dropped | failed)
    if tasks.exists():
        tasks.update(status=TaskResultStatus.READY)


def forget_what_is_done() -> None:
    done = DBTaskResult.objects.filter(
        status=TaskResultStatus.SUCCESSFUL, finished_at__lt=timezone.now() - RESULTS_KEPT
    )
    if done.exists():
        done.delete()


def run_tasks(stop: threading.Event) -> None:
    """Run what is ready, one after the other."""
    for _ in range(MAX_TASKS_IN_A_ROUND):
        if stop.is_set() or not DBTaskResult.objects.ready().exists():
            return
        Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            backend_name="default",
            interval=0,
            batch=True,
            startup_delay=False,
            max_tasks=1,
            worker_id=str(os.getpid()),
        ).run()


CHORES: dict[str, Callable[[], object]] = {
    "write down what the clock has moved": Post.objects.settle_due,
    "tell the hub what has changed": hub.tell,
    "write daily letters": Notification.objects.write_daily_letters,
    "take up what was dropped": take_up_what_was_dropped,
    "forget what is done": forget_what_is_done,
    "look how much is in the tables": statistics.refresh_daily,
}


def _try(chore: Callable[[], object], name: str) -> None:
    close_old_connections()
    try:
        chore()
    except (OperationalError, InterfaceError) as trouble:
        connections.close_all()
        seldom.error("To %s failed, because the database refuses: %s; it is tried again", name, type(trouble).__name__)
    except Exception:
        logger.exception("To %s failed; it is tried again", name)

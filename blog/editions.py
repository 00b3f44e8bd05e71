"""Making editions anew: where there are none yet, or an earlier version made them."""

from .models import MAKER_VERSION, Approval, Edition, Revision


def make_missing() -> int:
    """Make the edition of everything approved that has none of today's. Returns how many it was."""
    made = Edition.objects.filter(maker=MAKER_VERSION).values("revision")
    missing = Revision.objects.filter(pk__in=Approval.objects.values("revision")).exclude(pk__in=made)
    keys = list(missing.order_by("post", "number").values_list("pk", flat=True))
    for pk in keys:  # One text at a time is enough in memory.
        Edition.objects.make(Revision.objects.select_related("author").get(pk=pk))
    return len(keys)

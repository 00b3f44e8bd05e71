"""How a database goes about a query, where the tables would be long enough for it to matter."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet

# Among few rows PostgreSQL reads them all.
AS_IF_LONG = ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort")


def planned(rows: QuerySet[Any, Any]) -> str:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in AS_IF_LONG:
                cursor.execute(f"SET LOCAL enable_{way} = off")
    return rows.explain()

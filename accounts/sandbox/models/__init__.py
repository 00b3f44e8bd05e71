"""What Descope would know: people, their roles and sessions, flows under way, and the mail it sent."""

from .flows import Code, Link, Pending, Run, Visit
from .people import (
    STATUSES,
    AccessKey,
    Login,
    Permission,
    Person,
    Role,
    Tenant,
    new_key_id,
    new_tenant_id,
    new_user_id,
)
from .project import Event, Mail, State, Webhook
from .sessions import RefreshToken, SignIn

__all__ = [
    "STATUSES",
    "AccessKey",
    "Code",
    "Event",
    "Link",
    "Login",
    "Mail",
    "Pending",
    "Permission",
    "Person",
    "RefreshToken",
    "Role",
    "Run",
    "SignIn",
    "State",
    "Tenant",
    "Visit",
    "Webhook",
    "new_key_id",
    "new_tenant_id",
    "new_user_id",
]

"""Why the sandbox says no, each with the status and the code that Descope gives it.

Codes that Descope documents nowhere are the nearest documented ones. Callers should go by the status.
"""


class Refusal(Exception):
    status = 400
    code = "E011003"
    description = "Request is invalid"

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.description)


class UnknownCall(Refusal):
    status = 404
    code = "E011002"
    description = "Not found"


class BadBearer(Refusal):
    """The bearer names another project, or the management key is wrong."""

    status = 401
    code = "E011005"
    description = "Unauthorized"


class BadToken(Refusal):
    status = 401
    code = "E061005"
    description = "Token is invalid"


class BadLink(Refusal):
    """A link that never was, has been used, or has expired. `reason` says which."""

    status = 401
    code = "E062504"
    description = "Link is invalid"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The link is {reason}")
        self.reason = reason


class StillPending(Refusal):
    """Nobody has opened the link yet. Source of the code: DescopeException of Descope's own mobile SDKs."""

    status = 401
    code = "E062503"
    description = "The enchanted link was not opened yet"


class BadPending(Refusal):
    """Nothing waits by this reference: it never did, it is over, or a wrong link was opened."""

    status = 401
    code = "E062504"
    description = "The enchanted link is over"


class BadExchange(Refusal):
    """The code that came back from a provider never was, has been used or has expired."""

    status = 401
    code = "E061301"
    description = "Exchange code is invalid"


class WrongCode(Refusal):
    status = 401
    code = "E061102"
    description = "Code is invalid"


class TooManyTries(Refusal):
    status = 401
    code = "E061103"
    description = "Code was tried too often"


class Disabled(Refusal):
    status = 401
    code = "E062106"
    description = "User is disabled"


class NoSuchPerson(Refusal):
    status = 404
    code = "E062108"
    description = "User not found"


class PersonExists(Refusal):
    code = "E062107"
    description = "User already exists"


class NoSuchRole(Refusal):
    status = 404
    code = "E113002"
    description = "Role not found"


class RoleExists(Refusal):
    code = "E113001"
    description = "Role already exists"


class NoSuchTenant(Refusal):
    status = 404
    code = "E074101"
    description = "Tenant not found"


class TenantExists(Refusal):
    code = "E074102"
    description = "Tenant already exists"


class NoSuchPermission(Refusal):
    status = 404
    code = "E112101"
    description = "Permission not found"


class PermissionExists(Refusal):
    code = "E112102"
    description = "Permission already exists"


class NoSuchAccessKey(Refusal):
    status = 404
    code = "E115101"
    description = "Access key not found"


class BadAccessKey(Refusal):
    status = 401
    code = "E062801"
    description = "Access key is invalid"


class TooManyMails(Refusal):
    status = 429
    code = "E130429"
    description = "Too many requests"
    retry_after_seconds = 60


class BadNonce(Refusal):
    code = "E108201"
    description = "Flow nonce is invalid"

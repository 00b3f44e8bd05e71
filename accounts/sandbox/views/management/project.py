from accounts.sandbox.wire import Call, Payload, manages


@manages("GET")
def license_tier(call: Call) -> Payload:
    return {"rateLimitTier": "tier1"}

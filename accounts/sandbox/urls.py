"""The addresses of Descope's API that the sandbox knows, and its own pages."""

from collections.abc import Callable, Iterable

from django.http import HttpResponse
from django.urls import URLPattern, path

from .proofs import CHANNELS
from .views import auth, faces, flows, inbox, keys, proofs, providers, screens, totp, unknown
from .views.console import page, webhook
from .views.console import people as console_people
from .views.console import roles as console_roles
from .views.console import state as console_state
from .views.console import tenants as console_tenants
from .views.management import access_keys, links, permissions, project, roles, state, tenants, users

app_name = "sandbox"

USER = "v1/mgmt/user"
View = Callable[..., HttpResponse]


def sent(method: str, sign_in: View, change: View, channels: Iterable[str]) -> list[URLPattern]:
    """Return the addresses that a way to sign in by something sent has for each way to send it."""
    modes = ("signin", "signup", "signup-in")
    return [
        *(
            path(f"v1/auth/{method}/{mode}/{channel}", sign_in, {"mode": mode, "channel": channel})
            for mode in modes
            for channel in channels
        ),
        path(f"v1/auth/{method}/update/email", change),
        path(f"v1/auth/{method}/update/phone", change, {"channel": "sms"}),  # As the SDK's magic link spells it.
        *(
            path(f"v1/auth/{method}/update/phone/{channel}", change, {"channel": channel})
            for channel in channels
            if channel != "email"
        ),
    ]


urlpatterns = [
    path("inbox", inbox.inbox, name="inbox"),
    path("console", page.show, name="console"),
    path("console/people", console_people.create, name="create_person"),
    path("console/people/<str:user_id>/give-role", console_people.give_role, name="give_role"),
    path("console/people/<str:user_id>/take-role", console_people.take_role, name="take_role"),
    path("console/people/<str:user_id>/enable", console_people.enable, name="enable"),
    path("console/people/<str:user_id>/disable", console_people.disable, name="disable"),
    path("console/people/<str:user_id>/ask-for-totp", console_people.ask_for_totp, name="ask_for_totp"),
    path("console/people/<str:user_id>/spare-totp", console_people.spare_totp, name="spare_totp"),
    path("console/people/<str:user_id>/forget-totp", console_people.forget_totp, name="forget_totp"),
    path("console/people/<str:user_id>/change-face", faces.change_face, name="change_face"),
    path("faces/<slug:seed>.png", faces.face, name="face"),
    path("console/roles", console_roles.create, name="create_role"),
    path("console/roles/<path:name>/delete", console_roles.delete, name="delete_role"),
    path("console/roles/<path:name>", console_roles.change, name="change_role"),
    path("console/tenants", console_tenants.create, name="create_tenant"),
    path("console/tenants/<str:tenant_id>/delete", console_tenants.delete, name="delete_tenant"),
    path("console/state", console_state.change, name="change_state"),
    path("console/rotate-keys", console_state.rotate_keys, name="rotate_keys"),
    path("console/expire-tokens", console_state.expire_tokens, name="expire_tokens"),
    path("console/sessions/<int:session_id>/end", console_state.end_session, name="end_session"),
    path("console/webhook", webhook.change, name="change_webhook"),
    path("console/webhook/reset", webhook.reset, name="reset_webhook"),
    path("console/events/<int:event_id>/send", webhook.send_event, name="send_event"),
    path("sandbox/state", state.show_or_change),
    path("sandbox/rotate-keys", state.rotate_keys),
    path("sandbox/expire-tokens", state.expire_tokens),
    path("provider/<str:key>", providers.provider, name="provider"),
    path("provider/<str:key>/refuse", providers.refuse, name="refuse_provider"),
    # What the web component fetches.
    path("ui/index.js", screens.elements, name="elements"),
    path("pages/<str:project_id>/v2-beta/<path:name>", screens.page_file, name="page_file"),
    path("v1/flow/start", flows.start),
    path("v1/flow/next", flows.go_on),
    # What anybody may ask, and what the holder of a refresh token may.
    path("v2/keys/<str:project_id>", keys.key_set, name="keys"),
    path("v1/auth/refresh", auth.refresh),
    path("v1/auth/logout", auth.sign_out),
    path("v1/auth/logoutall", auth.sign_out_everywhere),
    path("v1/auth/me", auth.me),
    path("v1/auth/me/history", auth.my_history),
    path("v1/auth/me/tenants", auth.my_tenants),
    path("v1/auth/tenant/select", auth.select_tenant),
    path("v1/auth/accesskey/exchange", auth.exchange_access_key),
    *sent("magiclink", proofs.send_link, proofs.send_link_to_new, CHANNELS),
    path("v1/auth/magiclink/verify", proofs.verify_link),
    *sent("otp", proofs.send_code, proofs.send_code_to_new, CHANNELS),
    *(path(f"v1/auth/otp/verify/{channel}", proofs.verify_code, {"channel": channel}) for channel in CHANNELS),
    *sent("enchantedlink", proofs.send_enchanted, proofs.send_enchanted_to_new, ("email", "sms")),
    path("v1/auth/enchantedlink/verify", proofs.verify_enchanted),
    path("v1/auth/enchantedlink/pending-session", proofs.poll_enchanted),
    path("v1/auth/totp/signup", totp.sign_up),
    path("v1/auth/totp/update", totp.replace),
    path("v1/auth/totp/verify", totp.verify),
    path("v1/auth/oauth/authorize", providers.begin_visit),
    path("v1/auth/oauth/exchange", providers.end_visit),
    path("v1/auth/sso/authorize", providers.begin_visit),
    path("v1/auth/sso/exchange", providers.end_visit),
    path("v1/auth/saml/authorize", providers.begin_visit),
    path("v1/auth/saml/exchange", providers.end_visit),
    # What the holder of the management key may ask.
    path("v1/mgmt/license", project.license_tier),
    path(USER, users.load),
    path("v1/mgmt/users/load", users.load_many),
    path("v2/mgmt/user/search", users.search),
    path("v2/mgmt/user/search/test", users.search_test_users),
    path(f"{USER}/create", users.create),
    path(f"{USER}/create/test", users.create_test_user),
    path(f"{USER}/create/batch", users.create_batch),
    path(f"{USER}/update", users.update),
    path(f"{USER}/patch", users.patch),
    path(f"{USER}/patch/batch", users.patch_batch),
    path(f"{USER}/history", users.history),
    path(f"{USER}/update/status", users.set_status),
    path(f"{USER}/update/email", users.change_fields, {"fields": ("email",), "verified": "verifiedEmail"}),
    path(f"{USER}/update/phone", users.change_fields, {"fields": ("phone",), "verified": "verifiedPhone"}),
    path(
        f"{USER}/update/name",
        users.change_fields,
        {"fields": ("displayName", "givenName", "middleName", "familyName")},
    ),
    path(f"{USER}/update/picture", users.change_fields, {"fields": ("picture",)}),
    path(f"{USER}/update/loginid", users.change_login_id),
    path(f"{USER}/update/customAttribute", users.set_attribute),
    path(f"{USER}/delete", users.delete),
    path(f"{USER}/delete/batch", users.delete_batch),
    path(f"{USER}/test/delete/all", users.delete_test_users),
    path(f"{USER}/logout", users.sign_out),
    path(f"{USER}/update/role/set", users.set_roles),
    path("v2/mgmt/user/update/role/add", users.add_roles),
    path(f"{USER}/update/role/remove", users.remove_roles),
    path(f"{USER}/update/tenant/add", users.add_tenant),
    path(f"{USER}/update/tenant/remove", users.remove_tenant),
    path(f"{USER}/signin/embeddedlink", links.embedded_link),
    path("v1/mgmt/tests/generate/magiclink", links.link_for_test_user),
    path("v1/mgmt/tests/generate/enchantedlink", links.enchanted_link_for_test_user),
    path("v1/mgmt/tests/generate/otp", links.code_for_test_user),
    path("v1/mgmt/tenant", tenants.load),
    path("v1/mgmt/tenant/all", tenants.load_all),
    path("v1/mgmt/tenant/create", tenants.create),
    path("v1/mgmt/tenant/update", tenants.update),
    path("v1/mgmt/tenant/patch", tenants.patch),
    path("v1/mgmt/tenant/settings", tenants.show_or_change_settings),
    path("v1/mgmt/tenant/delete", tenants.delete),
    path("v1/mgmt/tenant/search", tenants.search),
    path("v1/mgmt/role/create", roles.create),
    path("v1/mgmt/role/create/batch", roles.create_batch),
    path("v1/mgmt/role/update/batch", roles.update_batch),
    path("v1/mgmt/role/update", roles.update),
    path("v1/mgmt/role/delete", roles.delete),
    path("v1/mgmt/role/delete/batch", roles.delete_batch),
    path("v1/mgmt/role/all", roles.load_all),
    path("v1/mgmt/role/search", roles.search),
    path("v1/mgmt/permission/create", permissions.create),
    path("v1/mgmt/permission/update", permissions.update),
    path("v1/mgmt/permission/delete", permissions.delete),
    path("v1/mgmt/permission/create/batch", permissions.create_batch),
    path("v1/mgmt/permission/update/batch", permissions.update_batch),
    path("v1/mgmt/permission/delete/batch", permissions.delete_batch),
    path("v1/mgmt/permission/all", permissions.load_all),
    path("v1/mgmt/accesskey", access_keys.load),
    path("v1/mgmt/accesskey/create", access_keys.create),
    path("v1/mgmt/accesskey/search", access_keys.search),
    path("v1/mgmt/accesskey/update", access_keys.update),
    path("v1/mgmt/accesskey/activate", access_keys.set_active, {"is_active": True}),
    path("v1/mgmt/accesskey/deactivate", access_keys.set_active, {"is_active": False}),
    path("v1/mgmt/accesskey/activate/batch", access_keys.set_all_active, {"is_active": True}),
    path("v1/mgmt/accesskey/deactivate/batch", access_keys.set_all_active, {"is_active": False}),
    path("v1/mgmt/accesskey/rotate", access_keys.rotate),
    path("v1/mgmt/accesskey/delete", access_keys.delete),
    path("v1/mgmt/accesskey/delete/batch", access_keys.delete_batch),
    path("v1/mgmt/audit/search", project.search_audit),
    path("v1/mgmt/audit/event", project.create_event),
    path("v2/mgmt/connector/audit/web/set", project.set_audit_webhook),
    path("v1/mgmt/jwt/update", project.update_jwt),
    path("v1/<path:rest>", unknown.call),
    path("v2/<path:rest>", unknown.call),
]

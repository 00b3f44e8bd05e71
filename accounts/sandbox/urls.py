"""The addresses of Descope's API that the sandbox knows, and its own two pages."""

from django.urls import path

from .views import auth, flows, keys, pages, screens
from .views.management import links, project, roles, users

app_name = "sandbox"

USER = "v1/mgmt/user"

urlpatterns = [
    path("inbox", pages.inbox, name="inbox"),
    path("console", pages.console, name="console"),
    path("console/people", pages.create_person, name="create_person"),
    path("console/people/<str:user_id>/give-role", pages.give_role, name="give_role"),
    path("console/people/<str:user_id>/take-role", pages.take_role, name="take_role"),
    path("console/people/<str:user_id>/enable", pages.enable, name="enable"),
    path("console/people/<str:user_id>/disable", pages.disable, name="disable"),
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
    path("v1/auth/magiclink/signin/email", auth.mail_link, {"mode": "signin"}),
    path("v1/auth/magiclink/signup/email", auth.mail_link, {"mode": "signup"}),
    path("v1/auth/magiclink/signup-in/email", auth.mail_link, {"mode": "signup-in"}),
    path("v1/auth/magiclink/verify", auth.verify_link),
    path("v1/auth/otp/signin/email", auth.mail_code, {"mode": "signin"}),
    path("v1/auth/otp/signup/email", auth.mail_code, {"mode": "signup"}),
    path("v1/auth/otp/signup-in/email", auth.mail_code, {"mode": "signup-in"}),
    path("v1/auth/otp/verify/email", auth.verify_code),
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
    path("v1/mgmt/tests/generate/otp", links.code_for_test_user),
    path("v1/mgmt/role/create", roles.create),
    path("v1/mgmt/role/update", roles.update),
    path("v1/mgmt/role/delete", roles.delete),
    path("v1/mgmt/role/delete/batch", roles.delete_batch),
    path("v1/mgmt/role/all", roles.load_all),
    path("v1/mgmt/role/search", roles.search),
]

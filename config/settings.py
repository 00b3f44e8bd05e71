"""Every setting of Galley, read once from the environment. Safe by default.

README.md, "Configuration", explains each for the person who runs the site.
"""

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from blog import languages

from . import site
from .environment import Environment, address_like, time_zone

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
env.read_env(BASE_DIR / ".env", overwrite=False)


def required(name: str, why: str) -> str:
    """Return the setting, or stop the start with one sentence that says what to do."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"Set {name}: {why}. README.md, “Configuration”, has the list.")
    return value


def limit(name: str, default: str) -> tuple[int, int]:
    """Return how many calls are let through in how many seconds, written as “60/minute”."""
    value: str = env.str(name, default=default)
    calls, _, period = value.partition("/")
    if not calls.isascii() or not calls.isdigit() or period not in PERIODS:
        raise ImproperlyConfigured(f"{name} is “{value}”; write it as {default}: a number per {', '.join(PERIODS)}.")
    return int(calls), PERIODS[period]


def names(name: str, default: str = "") -> list[str]:
    """Return what is listed with commas."""
    return [item.strip() for item in env.str(name, default=default).split(",") if item.strip()]


PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

# The process

DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY", "a long random text that signs cookies and encrypts refresh tokens")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
PORT: int = env.int("PORT", default=8000)

# The site

SITE_NAME: str = env.str("SITE_NAME", default="Galley")
SITE_TAGLINE: str = env.str("SITE_TAGLINE", default="Read the proof before it prints.")
SITE_URL = (
    env.str("SITE_URL", default="") or f"http://localhost:{PORT}"
    if DEBUG
    else required("SITE_URL", "the public address of the site, such as https://blog.example.org")
).rstrip("/")
if not re.fullmatch(r"https?://[a-z0-9.-]+(:\d+)?", SITE_URL) or SITE_URL.endswith((":80", ":443")):
    raise ImproperlyConfigured(
        f"SITE_URL is “{SITE_URL}”; write it as browsers send it: scheme and host in lower case, no path, "
        "a port only where it is not the usual one."
    )
IS_HTTPS = SITE_URL.startswith("https://")
VISIBILITY: str = env.str("VISIBILITY", default="members")
if VISIBILITY not in ("members", "public"):
    raise ImproperlyConfigured(f"VISIBILITY is “{VISIBILITY}”; it must be members or public.")
# Of the sites whose posts were brought here to stay: what came from there is found at its former address, too.
OLD_SITE_HOSTS = names("OLD_SITE_HOSTS")
# Whether search engines are to find the pages that are open to all: not those of a copy to try things on.
SEARCH_ENGINES: bool = env.bool("SEARCH_ENGINES", default=not DEBUG)
SITE_LANGUAGE: str = env.str("SITE_LANGUAGE", default="en")
if not languages.is_tag(SITE_LANGUAGE):
    raise ImproperlyConfigured(f"SITE_LANGUAGE is “{SITE_LANGUAGE}”; write it as en, de-AT or zh-Hans.")
# In whose name feeds and posts have their ids. It stays when the site moves, so that they do.
FEED_AUTHORITY: str = env.str("FEED_AUTHORITY", default=urlsplit(SITE_URL).hostname or "")
if not re.fullmatch(r"([a-z0-9._-]+@)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?", FEED_AUTHORITY):
    raise ImproperlyConfigured(
        f"FEED_AUTHORITY is “{FEED_AUTHORITY}”; write a host name or a mail address of yours, in lower case."
    )
# The hub that is told of what is new in feeds.
WEBSUB_HUB: str = env.str("WEBSUB_HUB", default="")
if WEBSUB_HUB and not re.fullmatch(r"https?://[^\s<>\"]+", WEBSUB_HUB):
    raise ImproperlyConfigured(f"WEBSUB_HUB is “{WEBSUB_HUB}”; write a whole address that begins with https://.")
REQUIRE_SECOND_PERSON: bool = env.bool("REQUIRE_SECOND_PERSON", default=False)
REQUIRE_MFA_TO_PUBLISH: bool = env.bool("REQUIRE_MFA_TO_PUBLISH", default=False)

# How it looks: docs/themes.md. A theme's templates and static files go before Galley's own.

THEME = site.folder("THEME", env.str("THEME", default=""))
SITE_LOGO: str = env.str("SITE_LOGO", default="")
SITE_COLOUR = site.accent("SITE_COLOUR", env.str("SITE_COLOUR", default=""))
SITE_NAVIGATION = site.links(
    "SITE_NAVIGATION", env.str("SITE_NAVIGATION", default="Archive=/archive, Tags=/tags, About=/about")
)
SITE_FOOTER: str = env.str("SITE_FOOTER", default="")
SITE_FOOTER_LINKS = site.links("SITE_FOOTER_LINKS", env.str("SITE_FOOTER_LINKS", default=""))
SITE_LICENCE = site.links("SITE_LICENCE", env.str("SITE_LICENCE", default=""))
SITE_AUTHOR_LINKS = site.addresses("SITE_AUTHOR_LINKS", names("SITE_AUTHOR_LINKS"))
ABOUT_FILE = site.markdown_file("ABOUT_FILE", env.str("ABOUT_FILE", default=""))
PRIVACY_FILE = site.markdown_file("PRIVACY_FILE", env.str("PRIVACY_FILE", default=""))

# What is looked over before a text is submitted: docs/checks.md. blog/checks/registry.py checks the names.

CHECKS_BLOCKING = names("CHECKS_BLOCKING", "title-missing, body-empty, link-empty, link-dead")
CHECKS_BLOCKING_ADMINS = names("CHECKS_BLOCKING_ADMINS", "title-missing, body-empty")
CHECKS_OFF = names("CHECKS_OFF")
CHECKS_EXTRA = names("CHECKS_EXTRA")
WORDS_TO_AVOID = names("WORDS_TO_AVOID")
MAX_TITLE_CHARACTERS: int = env.int("MAX_TITLE_CHARACTERS", default=70)  # Search results show about so many.
MAX_IMAGE_KILOBYTES: int = env.int("MAX_IMAGE_KILOBYTES", default=500)

# Identity: Descope, or the sandbox that stands in for it on this machine

DESCOPE_PROJECT_ID: str = env.str("DESCOPE_PROJECT_ID", default="")
USE_SANDBOX = DEBUG and not DESCOPE_PROJECT_ID
if USE_SANDBOX:
    DESCOPE_PROJECT_ID = "Pgalleysandbox"
    DESCOPE_BASE_URI = f"{SITE_URL}/_descope"
    DESCOPE_MANAGEMENT_KEY = hashlib.blake2b(
        SECRET_KEY.encode(), person=b"sandbox mgmt key", digest_size=24
    ).hexdigest()
    DESCOPE_WEBHOOK_SECRET = hashlib.blake2b(
        SECRET_KEY.encode(), person=b"sandbox webhooks", digest_size=24
    ).hexdigest()
else:
    DESCOPE_PROJECT_ID = required("DESCOPE_PROJECT_ID", "the id of your project in the Descope console")
    DESCOPE_BASE_URI = env.str("DESCOPE_BASE_URI", default="https://api.descope.com").rstrip("/")
    DESCOPE_MANAGEMENT_KEY = env.str("DESCOPE_MANAGEMENT_KEY", default="")
    DESCOPE_WEBHOOK_SECRET = env.str("DESCOPE_WEBHOOK_SECRET", default="")
# Where the web component looks for its screen library; empty for Descope's own place.
DESCOPE_CDN_URI: str = env.str("DESCOPE_CDN_URI", default=f"{DESCOPE_BASE_URI}/ui/index.js" if USE_SANDBOX else "")
DESCOPE_FLOW_ID: str = env.str("DESCOPE_FLOW_ID", default="sign-up-or-in")
DESCOPE_STEP_UP_FLOW_ID: str = env.str("DESCOPE_STEP_UP_FLOW_ID", default="step-up")
DESCOPE_TENANT_ID: str = env.str("DESCOPE_TENANT_ID", default="")
DESCOPE_AUDIENCE: str = env.str("DESCOPE_AUDIENCE", default="")
DESCOPE_TIMEOUT = timedelta(seconds=2.5)
ROLE_EDITOR: str = env.str("ROLE_EDITOR", default="editor")
ROLE_ADMIN: str = env.str("ROLE_ADMIN", default="admin")
SESSION_IDLE_LIFETIME = timedelta(days=env.int("SESSION_IDLE_DAYS", default=14))
SESSION_LIFETIME = timedelta(days=env.int("SESSION_DAYS", default=30))
# While Descope is out of reach: how long a session whose token has run out goes on reading and writing, and how old
# its last token may be for publishing and for managing people.
SESSION_GRACE = timedelta(minutes=env.int("SESSION_GRACE_MINUTES", default=60))
FRESH_PROOF = timedelta(minutes=15)
# How long ago somebody may have signed in, with a second factor, to publish where that is asked for.
RECENT_SIGN_IN = timedelta(minutes=15)
# How often each address may sign in, register and send messages; all addresses together sign in; each person make
# tokens, change their name, have their picture fetched, and bring pictures for posts; each address open shared links,
# and private feeds with the pictures in them; each address, and each person who is signed in, look for posts; each person
# save.
SIGN_IN_LIMIT = limit("SIGN_IN_LIMIT", "60/minute")
SIGN_IN_LIMIT_OF_ALL = limit("SIGN_IN_LIMIT_OF_ALL", "1200/minute")
REGISTER_LIMIT = limit("REGISTER_LIMIT", "60/minute")
WEBHOOK_LIMIT = limit("WEBHOOK_LIMIT", "600/minute")
TOKEN_LIMIT = limit("TOKEN_LIMIT", "20/hour")
NAME_LIMIT = limit("NAME_LIMIT", "20/hour")
PICTURE_LIMIT = limit("PICTURE_LIMIT", "20/hour")
UPLOAD_LIMIT = limit("UPLOAD_LIMIT", "100/day")
SHARED_LIMIT = limit("SHARED_LIMIT", "60/minute")
FEED_LIMIT = limit("FEED_LIMIT", "240/minute")
SEARCH_LIMIT = limit("SEARCH_LIMIT", "120/minute")
SAVE_LIMIT = limit("SAVE_LIMIT", "300/minute")

# Django

LOOPBACK = ["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname or "", *LOOPBACK])
INSTALLED_APPS = [
    "whitenoise.runserver_nostatic",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "accounts",
    "blog",
    "config",
]
MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "config.observing.ObservingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.middleware.PersonMiddleware",
    "blog.middleware.RefusalMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.errors.OwnPagesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
# What accounts calls when somebody deletes theirs: it cannot know of posts itself.
LETS_GO = "blog.leaving.let_go"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # The longest text a form may hold is 1.2 MB as a browser sends it.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [*site.parts_of_theme(THEME, "templates"), BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "config.context_processors.site",
                "blog.context_processors.desk",
            ],
        },
    },
]
LANGUAGE_CODE = "en"
TIME_ZONE = time_zone("TIME_ZONE", env.str("TIME_ZONE", default="UTC"))
USE_I18N = False
USE_TZ = True

# Data

with address_like("postgres://user:password@host/name", "DATABASE_URL"):
    DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'galley.sqlite3'}")}
    ON_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
SQLITE_OPTIONS = {
    # An immediate transaction waits its turn (blog/turns.py); a deferred one that reads and then writes fails at once.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,  # To open it.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
    "PRAGMA recursive_triggers=ON; "  # So that REPLACE meets the guards against removal.
    "PRAGMA cache_size=-1000;",  # Each thread of each worker has one, of what the system keeps in memory anyway.
}
if not ON_SQLITE and DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgres://: Galley knows no other database.")
# Where it is gone, nobody waits for it as long as the network would: to connect, nor for an answer of a dead line.
POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # Milliseconds.
}
if ON_SQLITE:
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    DATABASES["default"] = {"OPTIONS": {}, **DATABASES["default"]}
    DATABASES["default"]["OPTIONS"] = POSTGRESQL_OPTIONS | DATABASES["default"]["OPTIONS"]
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # A restart of PostgreSQL costs nobody a page. SQLite has none.
with address_like("redis://host:6379/0", "CACHE_URL"):
    SHARED_CACHE = env.cache_url("CACHE_URL", default="locmemcache://?max_entries=10000")
CACHES = {
    "default": SHARED_CACHE,
    # Pictures drawn of titles: some 15 kB each, on each machine for itself, and drawn anew when they are lost.
    "cards": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": DATA_DIR / "cards",
        "TIMEOUT": 30 * 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}
if CACHES["default"]["BACKEND"].startswith("django.core.cache.backends.redis."):
    CACHES["default"] = {"KEY_PREFIX": "galley"} | CACHES["default"] | {"BACKEND": "config.steady_cache.SteadyCache"}

if USE_SANDBOX:
    INSTALLED_APPS.append("accounts.sandbox")
    DATABASES["sandbox"] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "sandbox.sqlite3",
        "OPTIONS": SQLITE_OPTIONS,
        "CONN_MAX_AGE": None,
    }
    DATABASE_ROUTERS = ["accounts.sandbox.router.SandboxRouter"]

# Mail, and work beside the requests

EMAIL_URL: str = env.str("EMAIL_URL", default="")
EMAIL_BACKEND = (
    "accounts.sandbox.mail_backend.InboxBackend" if USE_SANDBOX else "django.core.mail.backends.dummy.EmailBackend"
)
if EMAIL_URL:
    with address_like("smtp+tls://user:password@mail.example.org:587", "EMAIL_URL"):
        globals().update(env.email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = env.str("MAIL_FROM", default=f"{SITE_NAME} <no-reply@{urlsplit(SITE_URL).hostname}>")
# Before a mail about a post goes out, Descope is asked whether its reader may still see the post.
SENDS_MAIL = bool((EMAIL_URL or USE_SANDBOX) and DESCOPE_MANAGEMENT_KEY)
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# Whether the server does what `manage.py worker` does, in a thread. Several of both never do a thing twice.
WORKER_IN_SERVER: bool = env.bool("WORKER_IN_SERVER", default=DEBUG)

# Files that people bring: behind Django's storages, so that another machine can keep them

MEDIA_BACKEND: str = env.str("MEDIA_BACKEND", default="django.core.files.storage.FileSystemStorage")
MEDIA_OPTIONS: dict[str, object] = env.json("MEDIA_OPTIONS", default={"location": str(DATA_DIR / "media")})
# From here alone, a picture may be fetched that is not on the public web: the sandbox is on this machine.
PICTURES_FROM_INSIDE = f"{DESCOPE_BASE_URI}/" if USE_SANDBOX else ""

# How much each process keeps of reading pages that were made before: config/page_cache. None in development, where
# code and templates change meanwhile.
PAGE_CACHE_MB: int = env.int("PAGE_CACHE_MB", default=0 if DEBUG else 32)

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
SITE_FILES = DATA_DIR / "site"  # Where a logo lies that belongs to no theme.
STATICFILES_DIRS = [
    *site.parts_of_theme(THEME, "static"),
    *(folder for folder in [SITE_FILES] if folder.is_dir()),
    BASE_DIR / "build" / "static",
]
STORAGES = {
    "default": {"BACKEND": MEDIA_BACKEND, "OPTIONS": MEDIA_OPTIONS},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

# Cookies and headers

SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
SESSION_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin-allow-popups"  # Descope's social sign-in may open one.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Where pictures in posts may come from. Imported articles point to wherever theirs have always been.
IMAGE_SOURCES: list[str] = env.list("IMAGE_SOURCES", default=["https:"])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:", *IMAGE_SOURCES],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    },
}
# What Descope's own screens need, on the sign-in page alone and only where Descope is another site:
# descope-protocol, section 5.8. Styles cannot carry a nonce there; scripts stay on theirs.
SIGN_IN_CSP: dict[str, list[str]] = (
    {}
    if DESCOPE_BASE_URI.startswith(SITE_URL + "/")
    else {
        "connect-src": [DESCOPE_BASE_URI, "https://static.descope.com", "https://static2.descope.com"],
        "script-src": [
            *filter(None, [DESCOPE_CDN_URI]),
            "https://descopecdn.com",
            "https://static.descope.com",
            "https://cdn.jsdelivr.net",
        ],
        "style-src": ["'unsafe-inline'", "https://fonts.googleapis.com"],
        "font-src": ["https://fonts.gstatic.com", "https://descopecdn.com", "data:"],
    }
)

# Logs go to standard error and never carry a token: config/confidential.py.

LOG_FORMAT: str = env.str("LOG_FORMAT", default="plain" if DEBUG else "json")
if LOG_FORMAT not in ("plain", "json"):
    raise ImproperlyConfigured(f"LOG_FORMAT is “{LOG_FORMAT}”; it must be plain or json.")
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO").upper()
if LOG_LEVEL not in ("DEBUG", "INFO", "WARNING", "ERROR"):
    raise ImproperlyConfigured(f"LOG_LEVEL is “{LOG_LEVEL}”; it must be DEBUG, INFO, WARNING or ERROR.")
LOG_REQUESTS: bool = env.bool("LOG_REQUESTS", default=False)  # A line for each, by the name of its route.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"()": "config.logs.PlainFormatter"}, "json": {"()": "config.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL},  # Its own handler would say everything twice.
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # These tell of every letter, every address and every row, also of what is in them.
        "django.db.backends": {"level": "INFO"},
        "django.template": {"level": "INFO"},
        "django_tasks": {"level": "WARNING"},
        "django_tasks_db": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "urllib3": {"level": "WARNING"},
        "boto3": {"level": "WARNING"},
        "botocore": {"level": "WARNING"},
        "s3transfer": {"level": "WARNING"},
    },
}

# Who reads the counts at /metrics. Without it nothing is counted, and there is no such address.

METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN and len(METRICS_TOKEN) < 16:
    raise ImproperlyConfigured("METRICS_TOKEN is too short to keep anybody out: write at least 16 characters.")

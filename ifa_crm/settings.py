"""Settings, read from the environment only. docs/deployment.md lists the variables.

``IFA_MODE`` is one of

* ``production`` (default): refuses to start without its secrets;
* ``demo``: production without TLS redirect, HSTS and Secure cookies, for 127.0.0.1 only,
  the only mode in which the demo accounts can sign in;
* ``development``: errors on the page, no secrets needed.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env("IFA_MODE", default="production")
if MODE not in {"production", "demo", "development"}:
    raise ImproperlyConfigured(f"IFA_MODE is {MODE!r}; use production, demo or development.")
PRODUCTION = MODE == "production"
DEMO = MODE == "demo"
DEBUG = MODE == "development"

VAR_DIR = Path(env("IFA_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _required(name: str, otherwise: str) -> str:
    """Return a variable that production cannot do without."""
    value: str = env(name, default="")
    if not value and PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set when IFA_MODE is production.")
    return value or otherwise


SECRET_KEY = _required("IFA_SECRET_KEY", otherwise=f"not-a-secret-in-{MODE}-mode-" + "0" * 40)
ALLOWED_HOSTS = _required("IFA_HOSTS", otherwise="127.0.0.1,localhost").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []

INSTALLED_APPS = [
    "ifa_crm.shared",
    "ifa_crm.staff",
    "ifa_crm.work",
    "ifa_crm.imports",
    "clusters",
    "investors",
    "meetings",
    "ifa_crm.reports",
    "ifa_crm.home",
    "ifa_crm.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "auditlog",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_countries",
    "django_filters",
    "django_htmx",
    "template_partials",
    "csp",
    "js_lib_bootstrap5",
    "heroicons",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "ifa_crm.shared.middleware.UnreadableMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ifa_crm.staff.middleware.PreferencesMiddleware",
    "ifa_crm.staff.middleware.IdleMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ifa_crm.shared.middleware.ActingMiddleware",
    "ifa_crm.shared.middleware.MovedMiddleware",
]

ROOT_URLCONF = "ifa_crm.urls"
WSGI_APPLICATION = "ifa_crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ifa_crm.staff.frame.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "crispy_forms.templatetags.crispy_forms_tags",
                "ifa_crm.shared.templatetags.ifa",
                "ifa_crm.shared.templatetags.ifa_columns",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -----------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'ifa.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE takes the write lock at the start, so that a service which reads, decides and
        # writes cannot be overtaken; SQLite has no SELECT ... FOR UPDATE.
        "transaction_mode": "IMMEDIATE",
        "timeout": 60,  # seconds that a writer waits its turn: late is better than an error
        # 4,000 pages (16 MB) in the log before they go to the file: what a batch of an import
        # touches is copied once for several batches. Jobs have more in memory: work/tasks.py.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA wal_autocheckpoint=4000;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        # Compiling a query that counts for a page takes longer than the query, by seconds.
        options="-c jit=off -c random_page_cost=1.1 -c max_parallel_workers_per_gather=0"
        " -c plan_cache_mode=force_generic_plan",
        prepare_threshold=1,  # of the few statements that shared/prepared.py prepares
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures" / "reference", BASE_DIR / "fixtures" / "demo"]

# One table that all workers share: the rate limits of the sign-in count in it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

# What waits is carried by a table; people see our own rows (ifa_crm.work).
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# A job or worker that has not been heard of for so long is taken for dead.
JOB_LAPSE_SECONDS = env.int("IFA_JOB_LAPSE", default=120)

# --- Who signs in -----------------------------------------------------------------------

AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["ifa_crm.staff.backends.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
CSRF_FAILURE_VIEW = "ifa_crm.shared.views.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "ifa_crm.staff.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "ifa_crm.staff.forms.SignInForm",
    "change_password": "ifa_crm.staff.forms.ChangePasswordForm",
    "set_password": "ifa_crm.staff.forms.SetPasswordForm",
    "reset_password": "ifa_crm.staff.forms.ResetPasswordForm",
    "reset_password_from_key": "ifa_crm.staff.forms.ResetPasswordKeyForm",
    "reauthenticate": "ifa_crm.staff.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
}
# The count of proxies in front of us that may be believed about the caller's address.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("IFA_PROXIES", default=0)
SESSION_COOKIE_AGE = 12 * 60 * 60  # from the last use: staff.middleware.IdleMiddleware
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- On the wire ------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("IFA_TLS_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Files and mail ---------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env("IFA_STATIC", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "files"  # never served by the web server: only through a permission check
MEDIA_URL = ""
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
FILE_UPLOAD_PERMISSIONS = 0o600
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

DEFAULT_FROM_EMAIL = env("IFA_MAIL_FROM", default="IFA CRM <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Whatever sends mail writes it into the outbox (ifa_crm.work); the worker sends it by EMAIL_URL.
globals().update(env.email("EMAIL_URL", default="smtp://localhost:25"))
EMAIL_BACKEND = "ifa_crm.work.mail_backend.OutboxBackend"
EMAIL_TIMEOUT = 20  # seconds that the mail server may be silent
# The demo sends nothing: its mail stays in the outbox, to be read there.
MAIL_LEAVES = PRODUCTION or (DEBUG and "EMAIL_URL" in env.ENVIRON)

# --- Language and time ------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
FORMAT_MODULE_PATH = ["ifa_crm.shared.formats"]

# --- The product --------------------------------------------------------------------------

# The year whose list of clusters is offered. 2007: the source's list, all 66.
REFERENCE_YEAR = env.int("IFA_REFERENCE_YEAR", default=2007)
ROWS_PER_PAGE = 50
COUNT_CAP = 10_000  # a list counts this far, then says "10,000+"

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FILTERS_EMPTY_CHOICE_LABEL = _("Any")
COUNTRIES_FIRST = ["US", "JP", "DE", "GB", "CN", "IN"]
COUNTRIES_FIRST_REPEAT = True
AUDITLOG_DISABLE_REMOTE_ADDR = False
AUDITLOG_DISABLE_ON_RAW_SAVE = True  # loading fixtures is nobody's act

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

"""The application, wired once, top to bottom. Nobody imports this but the door (`wsgi.py`) and the command line."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from hcpov import config, counts, languages, signing, writing
from hcpov.auth import (
    Security,
    SQLAlchemyUserDatastore,
    changes,
    hashing,
    letters,
    options,
    second_factor,
    sessions,
    steps,
)
from hcpov.auth import forms as auth_forms
from hcpov.auth import views as auth
from hcpov.auth.letters import Letters
from hcpov.auth.models import Account, Passkey, Role
from hcpov.auth.passkeys import Passkeys
from hcpov.auth.passwords import Passwords
from hcpov.blog import lists
from hcpov.blog import tasks as blog_tasks
from hcpov.blog import views as blog
from hcpov.blog.feeds import views as feeds
from hcpov.blog.machines import views as machines
from hcpov.captcha import views as captcha
from hcpov.comments import views as comments
from hcpov.config import Settings
from hcpov.desk import credentials, members
from hcpov.desk import views as desk
from hcpov.desk.audit import views as desk_audit
from hcpov.desk.health import views as desk_health
from hcpov.desk.outbox import views as desk_outbox
from hcpov.desk.pictures import views as desk_pictures
from hcpov.desk.posts import views as desk_posts
from hcpov.desk.reviews import views as desk_reviews
from hcpov.desk.revisions import views as desk_revisions
from hcpov.desk.shelf import views as desk_shelf
from hcpov.desk.style import views as desk_style
from hcpov.extensions import csrf, db, huey, limiter
from hcpov.mail import tasks
from hcpov.media import buckets
from hcpov.media import views as media
from hcpov.ops import lease, logs, readiness
from hcpov.ops import views as ops
from hcpov.profiles import views as profiles
from hcpov.search import index
from hcpov.search import views as search
from hcpov.transfer import views as transfer
from hcpov.turns import Connection, turns
from hcpov.updates import tasks as updates_tasks
from hcpov.updates import views as updates
from hcpov.web import (
    chrome,
    errors,
    filters,
    finished,
    headers,
    limits,
    origin,
    pause,
    redirects,
    requests,
    security_txt,
    strip,
)
from hcpov.web.addresses import BlogSlug, Slug

MEGABYTE = 1024 * 1024
CONNECT_SECONDS = 5  # to a database on PostgreSQL: one that is away is told, not waited for
DESK = (
    credentials,
    desk,
    desk_audit,
    desk_health,
    desk_outbox,
    desk_pictures,
    desk_posts,
    desk_reviews,
    desk_revisions,
    desk_shelf,
    desk_style,
    members,
)


class Application(Flask):
    """Flask where nothing is a coroutine: it asks so of each of its functions each time that it calls one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Returns the function itself."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """Returns the application, with settings from the environment when none are given.

    Raises SettingError when a setting is bad, or needs a package that is missing.
    """
    settings = settings or config.load(os.environ)
    buckets.check(settings)
    security_txt.check(settings)
    settings.instance.mkdir(parents=True, exist_ok=True)
    logs.install(settings)
    app = Application(
        "hcpov",
        root_path=str(config.ROOT),
        instance_path=str(settings.instance),
        template_folder="templates",
        static_folder="static",
    )
    app.config.update(_flask_settings(settings), HCPOV=settings)
    app.extensions[counts.EXTENSION] = counts.Counts(settings.instance / "counts")
    languages.install(app)
    app.extensions[writing.EXTENSION] = writing.Gate(settings.instance, readiness.fits)
    _wire_database(app)
    _wire_web(app)
    _wire_people(app)
    app.url_map.converters.update(slug=Slug, blog=BlogSlug)
    for feature in (
        captcha,
        comments,
        feeds,
        machines,
        media,
        ops,
        profiles,
        search,
        security_txt,
        updates,
        *DESK,
        transfer,
        blog,
    ):
        app.register_blueprint(feature.blueprint)
    huey.init_app(app, settings.instance / "jobs.sqlite3", settings.redis_url)
    tasks.install()
    blog_tasks.install()
    updates_tasks.install()
    lease.install()
    app.wsgi_app = turns.install(app.wsgi_app)  # type: ignore[method-assign,assignment]
    ops.install(app)
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    finished.install(app)
    return app


def _flask_settings(settings: Settings) -> dict[str, object]:
    secure = settings.site_url.startswith("https://")
    is_sqlite = settings.database.startswith("sqlite")
    return {
        "SECRET_KEY": signing.key(settings),
        "SECRET_KEY_FALLBACKS": settings.old_secret_keys.split(),
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": not is_sqlite,
            "connect_args": {"factory": Connection} if is_sqlite else {"connect_timeout": CONNECT_SECONDS},
            "hide_parameters": True,  # a database error would else write people's words into the log
        },
        "MAX_CONTENT_LENGTH": MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": MEGABYTE,
        "MAX_FORM_PARTS": 100,
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_REFRESH_EACH_REQUEST": False,  # a sign-in lasts from when it began, and most pages set no cookie
        "PERMANENT_SESSION_LIFETIME": timedelta(days=settings.session_days),
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),  # addresses of static files change with the file
        "WTF_CSRF_CHECK_DEFAULT": False,  # web/origin.py asks for it, from sessions only
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a long comment must not outlive its token
        "RATELIMIT_ENABLED": settings.rate_limits == "on",
        "RATELIMIT_STORAGE_URI": limits.address(settings),
        "RATELIMIT_STORAGE_OPTIONS": limits.options(settings),
        # Should the counts be out of reach, each process counts for itself; readers see nothing of it.
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_SWALLOW_ERRORS": True,
    }


def _wire_database(app: Flask) -> None:
    db.init_app(app)
    lists.install()
    index.install()


def _wire_web(app: Flask) -> None:
    csrf.init_app(app)
    limiter.init_app(app)
    requests.install(app)
    strip.install(app)
    pause.install(app)
    origin.install(app)
    redirects.install(app)
    headers.install(app)
    filters.install(app)
    errors.install(app)


def _wire_people(app: Flask) -> None:
    """Flask-Security on our addresses and templates, with our sessions, codes and letters."""
    options.apply(app)
    security = Security(
        app,
        SQLAlchemyUserDatastore(db, Account, Role, Passkey),
        login_form=auth_forms.SignInForm,
        verify_form=auth_forms.VerifyForm,
        change_password_form=auth_forms.ChangePasswordForm,
        register_form=auth_forms.JoinForm,
        two_factor_setup_form=auth_forms.SetUpForm,
        two_factor_verify_code_form=auth_forms.CodeForm,
        two_factor_rescue_form=auth_forms.HelpForm,
        mf_recovery_form=auth_forms.RecoveryForm,
        wan_register_form=auth_forms.PasskeyForm,
        wan_register_response_form=auth_forms.NewPasskeyForm,
        wan_signin_response_form=auth_forms.PasskeyAnswerForm,
        render_template=_render,
        mail_util_cls=Letters,
        password_util_cls=Passwords,
        totp_cls=second_factor.Codes,
        mf_recovery_codes_util_cls=second_factor.RecoveryCodes,
        webauthn_util_cls=Passkeys,
    )
    options.sign_with_newest(security, app)
    security.want_json(lambda _request: False)
    security.pwd_context = hashing.slotted(security.pwd_context, app.config["HCPOV"].instance)
    sessions.install(app, security.login_manager)
    changes.install(app)
    steps.install(app, security)
    auth.install(app)


def _render(template: str, **context: Any) -> Any:
    """Renders what Flask-Security shows or writes."""
    return letters.render(template, **context) if template.endswith(".txt") else chrome.page(template, **context)

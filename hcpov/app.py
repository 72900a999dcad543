"""The application, wired once, top to bottom. Nobody imports this but the door (`wsgi.py`) and the command line."""

import os
from datetime import timedelta

from flask import Flask
from flask_security import SQLAlchemyUserDatastore
from werkzeug.middleware.proxy_fix import ProxyFix

from hcpov import config
from hcpov.auth import forms as auth_forms
from hcpov.auth.models import Account, Role
from hcpov.blog import views as blog
from hcpov.captcha import views as captcha
from hcpov.comments import views as comments
from hcpov.config import Settings
from hcpov.desk import views as desk
from hcpov.extensions import csrf, db, huey, limiter, migrate, security
from hcpov.updates import views as updates
from hcpov.web import chrome, errors, filters, headers, origin, strip
from hcpov.web.addresses import BlogSlug, Slug

MEGABYTE = 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Returns the application, with settings from the environment when none are given.

    Raises SettingError when a setting is bad.
    """
    settings = settings or config.load(os.environ)
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = Flask(
        "hcpov",
        root_path=str(config.ROOT),
        instance_path=str(settings.instance),
        template_folder="templates",
        static_folder="static",
    )
    app.config.update(_flask_settings(settings), HCPOV=settings)
    _wire_database(app)
    _wire_web(app)
    _wire_people(app)
    app.url_map.converters.update(slug=Slug, blog=BlogSlug)
    for feature in (captcha, comments, updates, desk, blog):
        app.register_blueprint(feature.blueprint)
    huey.storage_kwargs = {"filename": str(settings.instance / "jobs.sqlite3")}
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    return app


def _flask_settings(settings: Settings) -> dict[str, object]:
    secure = settings.site_url.startswith("https://")
    return {
        "SECRET_KEY": config.secret_key(settings),
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": not settings.database.startswith("sqlite"),
            "hide_parameters": True,  # a database error would else write people's words into the log
        },
        "MAX_CONTENT_LENGTH": MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": MEGABYTE,
        "MAX_FORM_PARTS": 100,
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": secure,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=365),  # addresses of static files change with the file
        "WTF_CSRF_CHECK_DEFAULT": False,  # web/origin.py asks for it, from sessions only
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a long comment must not outlive its token
        "RATELIMIT_ENABLED": settings.rate_limits == "on",
        "RATELIMIT_STORAGE_URI": "memory://",
    }


def _wire_database(app: Flask) -> None:
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "hcpov" / "migrations"))


def _wire_web(app: Flask) -> None:
    csrf.init_app(app)
    limiter.init_app(app)
    strip.install(app)
    origin.install(app)
    headers.install(app)
    filters.install(app)
    errors.install(app)


def _wire_people(app: Flask) -> None:
    """Flask-Security on our addresses and templates. Mail, confirmation and second factors are not wired yet."""
    app.config.update(
        SECURITY_BLUEPRINT_NAME="auth",
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_REGISTER_URL="/join",
        SECURITY_REGISTERABLE=True,
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_LOGOUT_METHODS=["POST"],
        SECURITY_PASSWORD_CONFIRM_REQUIRED=False,  # a second field keeps password managers from filling in
        SECURITY_USE_REGISTER_V2=True,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS=True,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_LOGIN_USER_TEMPLATE="auth/sign_in.html",
        SECURITY_REGISTER_USER_TEMPLATE="auth/join.html",
        SECURITY_POST_LOGIN_VIEW="/",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_POST_REGISTER_VIEW="/",
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SALT=app.config["SECRET_KEY"],
        SECURITY_MSG_INVALID_EMAIL_ADDRESS=("This does not look like an e-mail address.", "error"),
        SECURITY_MSG_EMAIL_NOT_PROVIDED=("Please give your e-mail address.", "error"),
        SECURITY_MSG_PASSWORD_NOT_PROVIDED=("Please choose a password.", "error"),
        SECURITY_MSG_PASSWORD_INVALID_LENGTH=("Please use at least %(length)s characters.", "error"),
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False},
        # OWASP's password storage sheet: 19 MiB, two passes, one lane; the library's default would stall two cores.
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__memory_cost": 19456,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
    )
    security.init_app(
        app,
        SQLAlchemyUserDatastore(db, Account, Role),
        login_form=auth_forms.SignInForm,
        register_form=auth_forms.JoinForm,
        render_template=chrome.page,
    )
    for endpoint in ("auth.login", "auth.register"):
        limited = limiter.limit("30/minute", methods=["POST"])(app.view_functions[endpoint])
        app.view_functions[endpoint] = limited  # type: ignore[assignment]

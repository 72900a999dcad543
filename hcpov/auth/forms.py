"""Forms about people, and what every form of ours starts from."""

from collections.abc import Callable
from functools import cache
from gettext import NullTranslations, translation
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import g
from flask_security import ChangePasswordForm as SecurityChangePasswordForm
from flask_security import (
    LoginForm,
    RegisterFormV2,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
)
from flask_security import VerifyForm as SecurityVerifyForm
from flask_security.proxies import _security
from flask_security.recovery_codes import MfRecoveryForm
from flask_security.webauthn import WebAuthnRegisterForm, WebAuthnRegisterResponseForm, WebAuthnSigninResponseForm
from flask_wtf import FlaskForm
from webauthn.helpers.exceptions import WebAuthnException
from wtforms import Field, HiddenField, PasswordField, RadioField, StringField
from wtforms.i18n import messages_path
from wtforms.validators import DataRequired, Length, ValidationError

from hcpov import config
from hcpov.auth import actions, queries
from hcpov.auth.models import EMAIL_LENGTH, NAME_LENGTH, PASSWORD_LENGTH, PLACE_LENGTH, TITLE_LENGTH, Account, Passkey
from hcpov.auth.passkeys import made_at
from hcpov.languages import gettext, lazy
from hcpov.text.plain import one_line

CODE_LENGTH = 60  # a recovery code has 29 with its hyphens, more when it is copied with blanks
ANSWER_LENGTH, ANSWER_DEPTH = 16_384, 50  # a browser's answer about a passkey has some 2,000 characters
NOT_CHECKED = lazy("The passkey could not be checked. Please try again.")
_short_enough = Length(max=PASSWORD_LENGTH, message=lazy("This is not your password."))


def _line(text: str | None) -> str:
    return one_line(text or "")


def normal_address(text: str) -> str:
    """Returns an e-mail address as it is stored. Raises ValueError for what is none."""
    return validate_email(text[: EMAIL_LENGTH + 1], check_deliverability=False).normalized


def _address(_form: FlaskForm, field: Field) -> None:
    try:
        field.data = normal_address(field.data)
    except EmailNotValidError:
        raise ValidationError(gettext("This does not look like an e-mail address.")) from None


class Form(FlaskForm):
    """What every form of ours starts from.

    `web/origin.py` checks the session's token before any view runs, so no form asks for it a second time; strangers
    have none. Templates put it in with `_token.html`.
    """

    class Meta(FlaskForm.Meta):
        csrf = False

        def get_translations(self, _form: object) -> NullTranslations:
            """Returns what WTForms says in the site's language.

            Flask-WTF reads its catalogue anew for each request, which was a twentieth of what a comment costs.
            """
            return _catalogue(config.current().language)


@cache
def _catalogue(language: str) -> NullTranslations:
    return translation("wtforms", messages_path(), [language], fallback=True)


class SignInForm(LoginForm):
    """Flask-Security's sign-in form for strangers, who have no session to protect."""

    class Meta(Form.Meta):
        csrf = False

    password = PasswordField(lazy("Password"), [DataRequired(lazy("Please give your password.")), _short_enough])


class ChangePasswordForm(SecurityChangePasswordForm):
    """Flask-Security's form for another password, without its second field for the new one."""

    password = PasswordField(lazy("Password you have"), [_short_enough])
    new_password_confirm = None  # type: ignore[assignment]


class VerifyForm(SecurityVerifyForm):
    """Flask-Security's form for the password once more."""

    password = PasswordField(lazy("Password"), [DataRequired(lazy("Please give your password.")), _short_enough])


class JoinForm(RegisterFormV2):
    """Flask-Security's join form with the name, title and place that every comment shows."""

    class Meta(Form.Meta):
        csrf = False

    name = StringField(
        lazy("Name"), [DataRequired(lazy("Please give your name.")), Length(max=NAME_LENGTH)], filters=[_line]
    )
    title = StringField(
        lazy("Professional title"),
        [DataRequired(lazy("Please give your professional title.")), Length(max=TITLE_LENGTH)],
        filters=[_line],
    )
    place = StringField(
        lazy("Place"),
        [DataRequired(lazy("Please say where you work or live.")), Length(max=PLACE_LENGTH)],
        filters=[_line],
    )

    def to_dict(self, only_user: bool) -> dict[str, Any]:
        """Returns what the new account starts with: the fields, and a free handle for the public page."""
        fields: dict[str, Any] = super().to_dict(only_user)
        return fields | {"handle": queries.free_handle(self.name.data or "")} if only_user else fields


class AddressForm(Form):
    """An e-mail address, checked for its form only: whether it is known here is nobody's business."""

    email = StringField(
        lazy("E-mail"), [DataRequired(lazy("Please give your e-mail address.")), _address], filters=[_line]
    )


class NewPasswordForm(Form):
    """A new password. `user` is whose it will be."""

    password = PasswordField(lazy("New password"), [DataRequired(lazy("Please choose a password."))])
    user: Account | None = None

    def validate_password(self, field: PasswordField) -> None:
        """Refuses a password that is too short, too long or too common."""
        wrong, normal = _security.password_util.validate(field.data or "", False, user=self.user)
        if wrong:
            raise ValidationError(str(wrong[0]))
        field.data = normal


class SetUpForm(TwoFactorSetupForm):
    """Flask-Security's form for an authenticator; `setup` says `authenticator` or `disable`."""

    setup = StringField()  # type: ignore[assignment]  # its choices are not rendered


class HelpForm(TwoFactorRescueForm):
    """Flask-Security's form for who has no code; it offers nothing, as our page says in words what to do."""

    help_setup = RadioField(choices=[])


class CodeForm(TwoFactorVerifyCodeForm):
    """Flask-Security's form for a code of the authenticator."""

    code = StringField(
        lazy("Code"), [DataRequired(lazy("Please give the code.")), Length(max=CODE_LENGTH)], filters=[_line]
    )


class RecoveryForm(MfRecoveryForm):
    """Flask-Security's form for a recovery code."""

    code = StringField(
        lazy("Recovery code"),
        [DataRequired(lazy("Please give a recovery code.")), Length(max=CODE_LENGTH)],
        filters=[_line],
    )


class PasskeyForm(WebAuthnRegisterForm):
    """Flask-Security's form for a new passkey, of the one kind that we have."""

    usage = HiddenField()  # type: ignore[assignment]  # there is nothing to choose

    def validate(self, **arguments: Any) -> bool:
        """Says whether the name will do."""
        self.usage.data = "first"
        return bool(super().validate(**arguments))


class NewPasskeyForm(WebAuthnRegisterResponseForm):
    """What a browser answered when it was asked for a new passkey. Whatever is wrong with it is one problem."""

    def validate(self, **arguments: Any) -> bool:
        """Says whether it is a passkey; `g.passkey_problem` then says why not."""
        right = _is_sound(self.credential) and _checked(super().validate, arguments)
        self.extensions = ""  # what the browser adds to its answer is of no use here
        return _noted(self.credential, right)


class PasskeyAnswerForm(WebAuthnSigninResponseForm):
    """What a browser answered when it was asked for a passkey to sign in with, or to show once more."""

    def validate(self, **arguments: Any) -> bool:
        """Says whether it opens, and uses the challenge up; `g.passkey_problem` then says why not."""
        right = _is_sound(self.credential) and _checked(super().validate, arguments) and not self.credential.errors
        if right and isinstance(self.cred, Passkey):
            right = actions.use_passkey(self.cred.id, made_at(self.challenge))
        return _noted(self.credential, right)


def _is_sound(field: Field) -> bool:
    """A depth or a length that no browser sends would break what reads it."""
    text = field.data or ""
    return len(text) <= ANSWER_LENGTH and text.count("{") + text.count("[") <= ANSWER_DEPTH


def _checked(validate: Callable[..., bool], arguments: dict[str, Any]) -> bool:
    """Says what Flask-Security says, and that an answer is wrong which breaks a parser.

    The parsers raise far more kinds of errors than Flask-Security looks for.
    """
    try:
        return bool(validate(**arguments))
    except (WebAuthnException, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return False


def _noted(field: Field, right: bool) -> bool:
    if not right:
        g.passkey_problem = str(field.errors[0]) if field.errors else NOT_CHECKED
    return right

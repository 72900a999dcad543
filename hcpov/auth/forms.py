"""Forms about people, and what every form of ours starts from."""

from flask_security import LoginForm, RegisterFormV2
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from hcpov.auth.models import NAME_LENGTH, PLACE_LENGTH, TITLE_LENGTH
from hcpov.text.plain import one_line


def _line(text: str | None) -> str:
    return one_line(text or "")


class Form(FlaskForm):
    """What every form of ours starts from.

    `web/origin.py` checks the session's token before any view runs, so no form asks for it a second time; strangers
    have none. Templates put it in with `_token.html`.
    """

    class Meta(FlaskForm.Meta):
        csrf = False


class SignInForm(LoginForm):
    """Flask-Security's sign-in form for strangers, who have no session to protect."""

    class Meta(Form.Meta):
        csrf = False


class JoinForm(RegisterFormV2):
    """Flask-Security's join form with the name, title and place that every comment shows."""

    class Meta(Form.Meta):
        csrf = False

    name = StringField("Name", [DataRequired("Please give your name."), Length(max=NAME_LENGTH)], filters=[_line])
    title = StringField(
        "Professional title",
        [DataRequired("Please give your professional title."), Length(max=TITLE_LENGTH)],
        filters=[_line],
    )
    place = StringField(
        "Place", [DataRequired("Please say where you work or live."), Length(max=PLACE_LENGTH)], filters=[_line]
    )

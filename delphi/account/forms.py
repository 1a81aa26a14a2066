"""The forms of the accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired

from delphi.forms import BaseForm


class SignInForm(BaseForm):
    email = EmailField(_l("E-mail address"), validators=[InputRequired()], render_kw={"autocomplete": "username"})
    password = PasswordField(
        _l("Password"), validators=[InputRequired()], render_kw={"autocomplete": "current-password"}
    )


class CodeForm(BaseForm):
    """The second step: a code of the app, or a recovery code."""

    passcode = StringField(
        _l("Code"), validators=[InputRequired()], render_kw={"autocomplete": "one-time-code", "maxlength": "40"}
    )


class NewPasswordForm(BaseForm):
    new_password = PasswordField(
        _l("New password"), validators=[InputRequired()], render_kw={"autocomplete": "new-password"}
    )
    again_password = PasswordField(
        _l("New password again"), validators=[InputRequired()], render_kw={"autocomplete": "new-password"}
    )

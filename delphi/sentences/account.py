"""What is said where an account, a password or a second factor is refused."""

from typing import Any

from flask_babel import lazy_gettext as _l

from surveys.vocabulary import ViolationCode

ACCOUNT_VIOLATIONS: dict[ViolationCode, Any] = {
    ViolationCode.WRONG_PASSWORD: _l("The address or the password is not right."),
    ViolationCode.WRONG_CODE: _l("This code is not right, or it was used before. Wait for the next one."),
    ViolationCode.TOO_MANY_TRIES: _l("Too many wrong tries. Please wait %(minutes)s minutes, then try again."),
    ViolationCode.PASSWORD_TOO_SHORT: _l("A password needs at least %(limit)s characters; 15 or more are better."),
    ViolationCode.PASSWORD_TOO_LONG: _l("A password has at most %(limit)s characters."),
    ViolationCode.PASSWORD_COMMON: _l(
        "This password is among the first that are tried: it is very common, or made of your name, the address, "
        "this program or the study. Choose another, such as four words that do not belong together."
    ),
    ViolationCode.PASSWORDS_DIFFER: _l("The two passwords are not the same."),
    ViolationCode.ACCOUNT_LINK_OVER: _l("This link was used already, or its time is over. Ask for a new one."),
    ViolationCode.LAST_ADMINISTRATOR: _l(
        "This is the last administrator: make somebody else an administrator first, or nobody could run this any more."
    ),
    ViolationCode.ROLE_NOT_YOURS: _l("You may give and take roles in your own studies only."),
    ViolationCode.PASSKEY_REFUSED: _l("The browser's passkey could not be checked. Please try again."),
    ViolationCode.FACTOR_NEEDED: _l("Your role needs a second factor: set up another one before you remove this one."),
    ViolationCode.FACTOR_NOT_YOURS: _l(
        "An administrator resets the second factor of a colleague; your own is changed on your account page."
    ),
    ViolationCode.CODE_UNKNOWN: _l("Nobody has this code in this round."),
    ViolationCode.SECOND_PERSON_NEEDED: _l("Somebody else has to decide: not the person who asked."),
    ViolationCode.ALREADY_DECIDED: _l("This was decided already, or its time is over."),
}

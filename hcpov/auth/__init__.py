"""People: accounts, roles, sessions."""

from hcpov.imports import later

# A passkey may bring papers of its maker, which we do not ask for; and Flask-Login brings what is for tests alone. Both
# are 4.5 MB that no site has a use for.
with later(
    FlaskLoginClient="flask_login.test_client",
    validate_certificate_chain="webauthn.helpers.validate_certificate_chain",
    **{
        f"verify_{kind}": f"webauthn.registration.formats.{kind}"
        for kind in ("android_key", "android_safetynet", "apple", "fido_u2f", "packed", "tpm")
    },
):
    from flask_security import Security, SQLAlchemyUserDatastore

__all__ = ["SQLAlchemyUserDatastore", "Security"]

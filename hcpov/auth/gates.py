"""Who gets past: whoever is signed in, or whoever gave the password lately."""

from flask_security import auth_required

FRESH, GRACE = 60, 30  # minutes since the password was given

member = auth_required("session")
lately = auth_required("session", within=FRESH, grace=GRACE)

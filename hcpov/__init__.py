"""Health Care POV: named blogs where health-care professionals publish and discuss points of view."""

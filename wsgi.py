"""The door for other servers than `hcpov serve`: builds the app, nothing else."""

from hcpov.app import create_app

app = create_app()

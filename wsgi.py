"""The server's door: builds the app, nothing else."""

from hcpov.app import create_app

app = create_app()

"""The OpenAPI document."""

from __future__ import annotations

import tempfile

import click

from api.settings import Settings


@click.command()
@click.option("--format", "as_format", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def openapi(as_format: str) -> None:
    """Print the OpenAPI document.

    \b
    Example:
      newsfacts openapi > openapi.yaml
    """
    from api import create_app

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(database_url=f"sqlite:///{folder}/none.db", access_log=False))
        click.echo(app.test_client().get(f"/openapi.{as_format}").text, nl=as_format == "json")

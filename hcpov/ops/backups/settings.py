"""The settings as a backup has them: those that are no secret, and by themselves those that are."""

import configparser
from dataclasses import fields
from pathlib import Path

from hcpov import config, signing
from hcpov.config import Settings

# These say where this machine keeps things; what is put back elsewhere must not take them over.
OF_THE_MACHINE = {"HCPOV_INSTANCE", "HCPOV_DATABASE_URL"}


def plain(settings: Settings) -> str:
    """Returns `hcpov.cfg` without the lines of secret settings, and without remarks, which may quote them."""
    known = {config.env_name(each) for each in fields(settings) if not each.metadata["secret"]}
    return _lines({name: value for name, value in read(settings.instance / "hcpov.cfg").items() if name in known})


def secret(settings: Settings) -> str:
    """Returns the secret settings as they are in force, wherever they were set, with the key that signs."""
    found = {
        config.env_name(each): getattr(settings, each.name) for each in fields(settings) if each.metadata["secret"]
    }
    return _lines(found | {"HCPOV_SECRET_KEY": signing.present(settings)})


def read(path: Path) -> dict[str, str]:
    """Returns the settings in a file, none when it is not there. The file was read before: it can be."""
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names stay in capitals
    if path.exists():
        parser.read_string("[hcpov]\n" + path.read_text(encoding="utf-8"))
        return dict(parser["hcpov"])
    return {}


def _lines(values: dict[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in values.items() if value)

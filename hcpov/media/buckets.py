"""Files in S3-compatible storage. The package for it, boto3, is only needed where a setting names a bucket."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hcpov.config import SettingError, Settings

CONNECT_SECONDS, READ_SECONDS = 3, 10
KEPT = "public, max-age=31536000, immutable"  # by browsers, for a year: another picture has another address
REGION = "us-east-1"  # what storage without regions expects to be told
PACKAGE = "boto3"


class Unreachable(OSError):
    """The bucket did not answer, or not as it should."""


@dataclass(frozen=True)
class Bucket:
    """A bucket by name, what speaks with it, and what that raises."""

    name: str
    client: Any
    problems: tuple[type[Exception], ...]


def check(settings: Settings) -> None:
    """Raises SettingError when a bucket is set and what speaks with it is not installed. Asks no network."""
    for name, address in {"HCPOV_MEDIA_URL": settings.media_url, "HCPOV_BACKUP_URL": settings.backup_url}.items():
        if address and find_spec(PACKAGE) is None:
            raise SettingError(f"{name} needs the package {PACKAGE}. Install it with: pip install 'hcpov[s3]'")


def put(address: str, name: str, data: bytes) -> None:
    """Keeps a file in the bucket. Raises Unreachable."""
    with _asking(address) as bucket:
        bucket.client.put_object(Bucket=bucket.name, Key=name, Body=data, ContentType="image/webp", CacheControl=KEPT)


def get(address: str, name: str) -> bytes | None:
    """Returns a file from the bucket, None when there is none. Raises Unreachable."""
    with _asking(address) as bucket:
        try:
            found: bytes = bucket.client.get_object(Bucket=bucket.name, Key=name)["Body"].read()
        except bucket.client.exceptions.NoSuchKey:
            return None
        return found


def exists(address: str, name: str) -> bool:
    """Says whether the bucket has a file. Raises Unreachable."""
    with _asking(address) as bucket:
        try:
            bucket.client.head_object(Bucket=bucket.name, Key=name)
        except bucket.client.exceptions.ClientError as problem:
            if _code(problem) == "404":
                return False
            raise
        return True


def sizes(address: str) -> dict[str, int]:
    """Returns the names of all files in the bucket, with their bytes. Raises Unreachable."""
    with _asking(address) as bucket:
        pages = bucket.client.get_paginator("list_objects_v2").paginate(Bucket=bucket.name)
        return {str(each["Key"]): int(each["Size"]) for page in pages for each in page.get("Contents", [])}


def send(address: str, name: str, path: Path, kind: str) -> None:
    """Keeps a file of any size in the bucket, whole or not at all. `kind` is its media type. Raises Unreachable."""
    with _asking(address) as bucket:
        bucket.client.upload_file(str(path), bucket.name, name, ExtraArgs={"ContentType": kind})


def fetch(address: str, name: str, path: Path) -> None:
    """Writes a file of any size from the bucket to `path`. Raises Unreachable."""
    with _asking(address) as bucket:
        bucket.client.download_file(bucket.name, name, str(path))


def remove(address: str, name: str) -> None:
    """Removes a file from the bucket; one that is not there is none to remove. Raises Unreachable."""
    with _asking(address) as bucket:
        bucket.client.delete_object(Bucket=bucket.name, Key=name)


@contextmanager
def _asking(address: str) -> Iterator[Bucket]:
    """Yields the bucket, and tells of whatever goes wrong in words without an address or a key: they reach the log."""
    bucket = _bucket(address)
    try:
        yield bucket
    except bucket.problems as problem:
        raise Unreachable(_code(problem) or type(problem).__name__) from None


@cache
def _bucket(address: str) -> Bucket:
    """Returns the bucket at an address. Made once for each process, and loaded only now: it takes 30 MB and a while."""
    modules = (PACKAGE, "botocore.config", "botocore.exceptions", "boto3.exceptions")
    boto3, config, exceptions, of_files = (import_module(each) for each in modules)
    parts = urlsplit(address)
    scheme = "http" if parts.scheme == "http" else "https"
    client = boto3.session.Session().client(
        "s3",
        endpoint_url=f"{scheme}://{parts.netloc.rpartition('@')[2]}",
        aws_access_key_id=unquote(parts.username or ""),
        aws_secret_access_key=unquote(parts.password or ""),
        region_name=parse_qs(parts.query).get("region", [REGION])[0],
        config=config.Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 2},
            # Sums of Amazon's own that other storage does not know.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )
    return Bucket(
        parts.path.strip("/"), client, (exceptions.BotoCoreError, exceptions.ClientError, of_files.Boto3Error)
    )


def _code(problem: Exception) -> str:
    """Returns what storage calls a problem, such as AccessDenied; empty for a problem on the way there."""
    return str(getattr(problem, "response", {}).get("Error", {}).get("Code", ""))

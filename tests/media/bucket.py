"""moto's server as S3-compatible storage, with a bucket. It checks signatures once its first actions are over."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from tests import live

if importlib.util.find_spec("boto3"):
    import boto3

BUCKET = "pictures-of-ours"
REGION = "eu-west-1"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
UNSIGNED = 4  # user, policy, key, bucket


@dataclass(frozen=True)
class Store:
    """A server with a bucket, and the key to it."""

    endpoint: str
    key: str
    secret: str

    def address(self, bucket: str = BUCKET, secret: str = "") -> str:
        """Returns what HCPOV_MEDIA_URL is set to."""
        where = self.endpoint.removeprefix("http://")
        return f"http://{self.key}:{quote(secret or self.secret, safe='')}@{where}/{bucket}?region={REGION}"

    def client(self, service: str = "s3") -> Any:
        """Returns another program's way to the server."""
        return boto3.session.Session().client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.key or "nobody",
            aws_secret_access_key=self.secret or "nothing",
            region_name=REGION,
        )


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    """Runs the server. Where it is not installed, the tests are left out; in CI that is a failure."""
    missing = [name for name in ("boto3", "moto", "flask_cors") if importlib.util.find_spec(name) is None]
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"tests of buckets need {', '.join(missing)}")
    port = live.free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environment = os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": str(UNSIGNED)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet)
    try:
        nobody = Store(f"http://127.0.0.1:{port}", "", "")
        live.wait_until(lambda: live.answers(port))
        people = nobody.client("iam")
        people.create_user(UserName="hcpov")
        people.put_user_policy(UserName="hcpov", PolicyName="all", PolicyDocument=POLICY)
        made = people.create_access_key(UserName="hcpov")["AccessKey"]
        first = nobody.client()
        first.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        people.close()
        first.close()
        yield Store(nobody.endpoint, made["AccessKeyId"], made["SecretAccessKey"])
    finally:
        process.terminate()
        process.wait(timeout=20)

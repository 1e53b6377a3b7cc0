"""What deployments have gathered, listed and removed; and how a cache is: on moto."""

from __future__ import annotations

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from blocks.aws import AwsMissing
from blocks.cache import Cache
from blocks.inventory import Inventory
from sandbox import moto_additions

REGION = "us-east-2"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
ADDRESS = "123456789012.dkr.ecr.us-east-2.amazonaws.com/ai-video-backend"


@pytest.fixture
def inventory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inventory]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield Inventory(region=REGION)


def test_images_are_listed_and_deleted(inventory: Inventory) -> None:
    ecr = boto3.client("ecr", region_name=REGION)
    ecr.create_repository(repositoryName="ai-video-backend")
    for number in range(3):
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"digest": f"sha256:{number:064d}", "size": 2},
            # Of them moto makes an image's digest.
            "layers": [{"digest": f"sha256:{number:064d}", "size": 2}],
        }
        ecr.put_image(
            repositoryName="ai-video-backend", imageManifest=json.dumps(manifest), imageTag=f"t{number}"
        )
    found = {image.tags: image.digest for image in inventory.images(ADDRESS)}
    assert set(found) == {("t0",), ("t1",), ("t2",)}
    # By its bare name too, and with one that is gone already.
    inventory.delete_images("ai-video-backend", [found["t1",], f"sha256:{64 * 'f'}"])
    assert {image.tags for image in inventory.images(ADDRESS)} == {("t0",), ("t2",)}
    with pytest.raises(AwsMissing):
        inventory.images("other")


def test_a_cache_as_it_is(inventory: Inventory) -> None:
    moto_additions.install()
    ec2 = boto3.client("ec2", region_name=REGION)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    cache = boto3.client("elasticache", region_name=REGION)
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="redis", CacheSubnetGroupDescription="private", SubnetIds=[subnet]
    )
    cache.create_replication_group(
        ReplicationGroupId="redis",
        ReplicationGroupDescription="events",
        CacheSubnetGroupName="redis",
        NumCacheClusters=1,
        TransitEncryptionEnabled=True,
        AtRestEncryptionEnabled=False,
    )
    group = Cache(region=REGION, identifier="redis")
    found = group.describe()
    assert (found.status, found.tls, found.encrypted) == ("available", True, False)
    assert group.subnets() == (subnet,)
    with pytest.raises(AwsMissing):
        Cache(region=REGION, identifier="other").describe()

"""What RDS, ElastiCache, ECR and S3 store is really there: databases, caches, images, conditions."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
import redis
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.rehearsal.sandbox.conftest import Account, until


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return refused.value.response["Error"]["Code"]


class Database:
    """An instance with a managed password."""

    def __init__(self, account: Account, name: str) -> None:
        self._account = account
        self._name = name

    @classmethod
    def created(cls, account: Account) -> Database:
        name = f"db-{uuid4().hex[:6]}"
        account.client("rds").create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t4g.micro",
            Engine="postgres",
            MasterUsername="reelflow",
            ManageMasterUserPassword=True,
            AllocatedStorage=20,
            DBName="films",
        )
        return cls(account, name).available()

    @property
    def name(self) -> str:
        return self._name

    def described(self) -> dict[str, Any]:
        return self._account.client("rds").describe_db_instances(DBInstanceIdentifier=self._name)[
            "DBInstances"
        ][0]

    def available(self) -> Database:
        until(lambda: self.described()["DBInstanceStatus"] == "available")
        return self

    def connect(self, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
        described = self.described()
        arn = described["MasterUserSecret"]["SecretArn"]
        secret = json.loads(
            self._account.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
        )
        return psycopg.connect(
            host=described["Endpoint"]["Address"],
            port=described["Endpoint"]["Port"],
            user=secret["username"],
            password=secret["password"],
            dbname="films",
            **{"sslmode": "require", **options},
        )


@pytest.fixture(scope="module")
def database(account: Account) -> Database:
    database = Database.created(account)
    with database.connect() as connection:
        connection.execute("CREATE TABLE film (title text)")
        connection.execute("INSERT INTO film VALUES ('Volta'), ('Arrive fresh')")
    return database


def test_the_master_user_owns_its_database_and_is_no_superuser(database: Database) -> None:
    with database.connect() as connection:
        row = connection.execute(
            "SELECT current_user, usesuper FROM pg_user WHERE usename = current_user"
        ).fetchone()
    assert row == ("reelflow", False)


def test_only_tls_comes_in(database: Database) -> None:
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        database.connect(sslmode="disable")


def test_a_snapshot_is_restored_into_an_instance_of_its_own(account: Account, database: Database) -> None:
    rds, snapshot = account.client("rds"), f"snap-{uuid4().hex[:6]}"
    rds.create_db_snapshot(DBInstanceIdentifier=database.name, DBSnapshotIdentifier=snapshot)
    until(
        lambda: (
            rds.describe_db_snapshots(DBSnapshotIdentifier=snapshot)["DBSnapshots"][0]["Status"]
            == "available"
        )
    )
    with database.connect() as connection:
        connection.execute("INSERT INTO film VALUES ('after the snapshot')")
    restored = Database(account, f"{database.name}-restored")
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=restored.name, DBSnapshotIdentifier=snapshot
    )
    assert "MasterUserSecret" not in restored.available().described()
    rds.modify_db_instance(
        DBInstanceIdentifier=restored.name, ManageMasterUserPassword=True, ApplyImmediately=True
    )
    with restored.available().connect() as connection:
        titles = [title for (title,) in connection.execute("SELECT title FROM film ORDER BY title")]
    assert titles == ["Arrive fresh", "Volta"]
    assert restored.described()["Endpoint"] != database.described()["Endpoint"]


def test_a_renamed_instance_is_found_where_the_one_of_that_name_was(account: Account) -> None:
    rds = account.client("rds")
    first, second = Database.created(account), Database.created(account)
    for database, title in ((first, "first"), (second, "second")):
        with database.connect() as connection:
            connection.execute("CREATE TABLE film (title text)")
            connection.execute("INSERT INTO film VALUES (%s)", (title,))
    address, name = first.described()["Endpoint"], first.name
    kept = Database(account, f"{name}-before")
    for old, new in ((first.name, kept.name), (second.name, name)):
        rds.modify_db_instance(DBInstanceIdentifier=old, NewDBInstanceIdentifier=new, ApplyImmediately=True)
        Database(account, new).available()
    assert first.described()["Endpoint"] == address
    for database, title in ((first, "second"), (kept, "first")):
        with database.connect() as connection:
            assert connection.execute("SELECT title FROM film").fetchone() == (title,)
    for database in (first, kept):
        rds.delete_db_instance(DBInstanceIdentifier=database.name, SkipFinalSnapshot=True)


def test_a_stopped_instance_can_not_be_reached_and_comes_back_with_its_data(account: Account) -> None:
    database = Database.created(account)
    with database.connect() as connection:
        connection.execute("CREATE TABLE film (title text)")
    account.client("rds").stop_db_instance(DBInstanceIdentifier=database.name)
    with pytest.raises(psycopg.OperationalError):
        database.connect()
    account.client("rds").start_db_instance(DBInstanceIdentifier=database.name)
    with database.connect() as connection:
        assert connection.execute("SELECT count(*) FROM film").fetchone() == (0,)
    account.client("rds").delete_db_instance(DBInstanceIdentifier=database.name, SkipFinalSnapshot=True)


def test_a_rotated_password(account: Account, database: Database) -> None:
    before = database.described()
    with database.connect():
        pass
    arn = before["MasterUserSecret"]["SecretArn"]
    old = account.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    account.client("rds").modify_db_instance(
        DBInstanceIdentifier=database.name, RotateMasterUserPassword=True, ApplyImmediately=True
    )
    assert account.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"] != old
    with database.connect():
        pass


def test_a_cache_knows_its_token_and_takes_another(account: Account) -> None:
    cache, name = account.client("elasticache"), f"cache-{uuid4().hex[:6]}"
    cache.create_replication_group(
        ReplicationGroupId=name,
        ReplicationGroupDescription="test",
        Engine="redis",
        CacheNodeType="cache.t4g.micro",
        Port=6379,
        TransitEncryptionEnabled=True,
        AuthToken="first-" * 5,
    )
    group = cache.describe_replication_groups(ReplicationGroupId=name)["ReplicationGroups"][0]
    endpoint = group["NodeGroups"][0]["PrimaryEndpoint"]
    assert endpoint["Port"] == 6379

    def client(token: str) -> redis.Redis:
        return redis.Redis(
            host=endpoint["Address"],
            port=endpoint["Port"],
            password=token,
            ssl=True,
            ssl_ca_certs=str(account.cloud.log.parent / "certificates" / "ca-bundle.pem"),
        )

    with client("first-" * 5) as known:
        assert known.ping()
    with client("wrong") as unknown, pytest.raises(redis.AuthenticationError):
        unknown.ping()
    cache.modify_replication_group(
        ReplicationGroupId=name,
        AuthToken="second-" * 5,
        AuthTokenUpdateStrategy="ROTATE",
        ApplyImmediately=True,
    )
    with client("second-" * 5) as known:
        assert known.ping()
    cache.delete_replication_group(ReplicationGroupId=name)
    with pytest.raises(ClientError):
        cache.describe_replication_groups(ReplicationGroupId=name)


def test_images_that_were_pushed_are_known_and_can_be_deleted(account: Account) -> None:
    ecr = account.client("ecr")
    digest = account.image("1").partition("@")[2]
    found = ecr.describe_images(repositoryName=account.repository, imageIds=[{"imageDigest": digest}])
    tag = found["imageDetails"][0]["imageTags"][0]
    ecr.batch_delete_image(repositoryName=account.repository, imageIds=[{"imageTag": tag}])
    with pytest.raises(ClientError) as refused:
        ecr.describe_images(repositoryName=account.repository, imageIds=[{"imageDigest": digest}])
    assert code_of(refused) == "ImageNotFoundException"


def manifest_url(account: Account, reference: str, repository: str) -> str:
    return f"http://{account.cloud.registry}/v2/{repository}/manifests/{reference}"


def login(account: Account) -> tuple[str, str]:
    token = account.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    return user, password


@pytest.mark.parametrize(
    ("auth", "repository", "status", "code"),
    [
        (("AWS", "expired"), "backend", 401, "DENIED"),
        (None, "nowhere", 404, "NAME_UNKNOWN"),
        (None, "backend", 404, "MANIFEST_UNKNOWN"),
    ],
)
def test_what_the_registry_refuses(
    account: Account, auth: tuple[str, str] | None, repository: str, status: int, code: str
) -> None:
    url = manifest_url(account, "none", repository)
    answer = httpx.get(url, auth=auth or login(account), trust_env=False)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_a_token_that_has_expired_and_a_new_one(account: Account) -> None:
    given = login(account)
    account.cloud.faults.on("registry", "Login", error="expired")
    url = f"http://{account.cloud.registry}/v2/"
    answers = [httpx.get(url, auth=given, trust_env=False) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [401, 200]
    assert "expired" in answers[0].json()["errors"][0]["message"]


def test_a_tag_is_taken_for_good(account: Account) -> None:
    digest = account.image("1").partition("@")[2]
    found = account.client("ecr").describe_images(
        repositoryName=account.repository, imageIds=[{"imageDigest": digest}]
    )
    url = manifest_url(account, found["imageDetails"][0]["imageTags"][0], account.repository)
    answer = httpx.put(url, auth=login(account), content=b"{}", trust_env=False)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "TAG_INVALID")


def test_a_push_that_is_broken_off(account: Account) -> None:
    account.cloud.faults.on("registry", "Push", error="connection")
    with pytest.raises(httpx.HTTPError):
        httpx.post(
            f"http://{account.cloud.registry}/v2/{account.repository}/blobs/uploads/",
            auth=login(account),
            trust_env=False,
        )


def test_one_of_many_gets_what_all_want(account: Account) -> None:
    s3, bucket = account.client("s3"), f"locks-{uuid4().hex[:6]}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-east-2"})

    def take(number: int) -> bool:
        try:
            s3.put_object(Bucket=bucket, Key="lock", Body=str(number).encode(), IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(take, range(32))) == 1


def test_a_fault_at_a_call(account: Account) -> None:
    account.cloud.faults.on("ecs", "ListClusters", error="ThrottlingException", times=1)
    account.cloud.forget_calls()
    assert account.ecs.list_clusters()["clusterArns"]
    assert [call["operation"] for call in account.cloud.calls()] == ["ListClusters", "ListClusters"]


def test_a_call_that_is_done_and_whose_answer_is_lost(account: Account) -> None:
    account.cloud.faults.on("ecs", "CreateCluster", error="connection", after=True, times=10)
    with pytest.raises(ConnectionClosedError):
        account.ecs.create_cluster(clusterName="unheard")
    account.cloud.faults.off()
    assert account.ecs.describe_clusters(clusters=["unheard"])["clusters"]

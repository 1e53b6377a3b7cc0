"""All blocks that Prefect's page has forms for; `prefect block register -m blocks.catalogue` registers them.

Apart from the package, whose parts the application imports one by one: it starts without Docker and ECS.
"""

from blocks.account import Account
from blocks.bootstrap import AppSecret, StateBucket
from blocks.cache import Cache
from blocks.database import Database
from blocks.drawn_clips import DrawnClipSource
from blocks.ecs import EcsService
from blocks.environment import Environment
from blocks.inventory import Inventory
from blocks.logs import LogGroup
from blocks.media_store import DirectoryMediaStore
from blocks.media_store.s3 import S3MediaStore
from blocks.network import Network
from blocks.record_store import RecordStore
from blocks.registry import Registry
from blocks.security import Security
from blocks.spending import Spending
from blocks.terraform import TerraformWorkspace

__all__ = [
    "Account",
    "AppSecret",
    "Cache",
    "Database",
    "DirectoryMediaStore",
    "DrawnClipSource",
    "EcsService",
    "Environment",
    "Inventory",
    "LogGroup",
    "Network",
    "RecordStore",
    "Registry",
    "S3MediaStore",
    "Security",
    "Spending",
    "StateBucket",
    "TerraformWorkspace",
]

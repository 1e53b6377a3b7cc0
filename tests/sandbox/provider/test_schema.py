"""The generated file and the overlay kept by hand say the same of the same types."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from sandbox.provider import resources
from sandbox.provider.protocol import schema_message
from sandbox.provider.resource import DATA_SOURCES, EPHEMERALS, RESOURCES
from sandbox.provider.schema import HERE, Block, schemas

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module", autouse=True)
def registered() -> None:
    resources.register()


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("provider_schema", ROOT / "scripts" / "provider_schema.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_holds_the_types_that_the_configuration_uses(script: ModuleType) -> None:
    stale = "run .venv/bin/python scripts/provider_schema.py"
    assert schemas().keys() == script.used(ROOT / "infra"), stale


def test_every_type_is_served() -> None:
    served = {
        *(("resource", name) for name in RESOURCES),
        *(("data", name) for name in DATA_SOURCES),
        *(("ephemeral", name) for name in EPHEMERALS),
    }
    assert served == schemas().keys()


def test_the_overlay_speaks_of_attributes_that_there_are() -> None:
    overlay = tomllib.loads((HERE / "overlay.toml").read_text())
    for name, said in overlay.items():
        schema = schemas()["resource", name]
        paths = [
            *(said.get("force_new", ())),
            *(said.get("sensitive", ())),
            *(said.get("json", ())),
            *said.get("defaults", {}),
            *(
                name
                for kind in ("conflicts", "exactly_one", "together")
                for group in said.get(kind, ())
                for name in group
            ),
            *said.get("max_items", {}),
            *said.get("allowed", {}),
        ]
        assert [path for path in paths if not _there(schema.block, path.split("."))] == [], name


def test_secrets_are_marked() -> None:
    block = schemas()["resource", "aws_elasticache_replication_group"].block
    assert block.attributes["auth_token_wo"].write_only
    assert block.attributes["auth_token_wo"].sensitive
    # Field 11 of an attribute in the protocol, a true boolean, which the stubs don't know.
    message = schema_message(schemas()["resource", "aws_elasticache_replication_group"])
    described = next(one for one in message.block.attributes if one.name == "auth_token_wo")
    assert described.SerializeToString().endswith(bytes([11 << 3, 1]))


BINDINGS = """
export interface ThingConfig {
  /**
  * check block
  */
  readonly check?: Thing.CheckProperty;
}
export class Thing extends cdktn.TerraformResource {
  public static readonly tfResourceType = "aws_thing";
  // arn - computed: true, optional: false, required: false
  public get arn() {
    return this.getStringAttribute('arn');
  }

  // groups - computed: true, optional: true, required: false
  private _groups?: string[];
  public get groups() {
    return cdktn.Fn.tolist(this.getListAttribute('groups'));
  }

  // token_wo - computed: false, optional: true, required: false
  private _tokenWo?: string;
  /**
   * @deprecated Write-only
   */
  public get tokenWo() {
    return this.getStringAttribute('token_wo');
  }

  // check - computed: false, optional: false, required: true
  private _check = new Thing.CheckPropertyOutputReference(this, "check");
  public get check() {
    return this._check;
  }

  // seen - computed: true, optional: false, required: false
  private _seen = new Thing.SeenPropertyList(this, "seen", true);
  public get seen() {
    return this._seen;
  }
  protected synthesizeAttributes(): { [name: string]: any } {
    return {
      token_wo: this.markWriteOnlyAttribute(cdktn.stringToTerraform(this._tokenWo)),
    };
  }
}
export class CheckPropertyOutputReference extends cdktn.ComplexObject {
  public constructor(terraformResource: cdktn.IInterpolatingParent, terraformAttribute: string) {
    super(terraformResource, terraformAttribute, false, 0);
  }
  // port - computed: false, optional: true, required: false
  private _port?: number;
  public get port() {
    return this.getNumberAttribute('port');
  }
}
export class SeenPropertyOutputReference extends cdktn.ComplexObject {
  // name - computed: true, optional: false, required: false
  public get name() {
    return this.getStringAttribute('name');
  }
}
export class SeenPropertyList extends cdktn.ComplexList {
}
"""


def test_bindings_are_read(script: ModuleType) -> None:
    assert script.described(BINDINGS) == {
        ("resource", "aws_thing"): {
            "attributes": {
                "arn": ["c", "string"],
                "groups": ["oc", ["set", "string"]],
                "token_wo": ["ow", "string"],
                "seen": ["c", ["set", ["object", {"name": "string"}]]],
            },
            "blocks": {
                "check": {"nesting": "list", "min": 1, "max": 1, "attributes": {"port": ["o", "number"]}}
            },
        }
    }


def test_bindings_that_are_written_in_a_new_way_are_refused(script: ModuleType) -> None:
    with pytest.raises(script.NotUnderstood, match="groups in Thing of aws_thing: not understood"):
        script.described(BINDINGS.replace("cdktn.Fn.tolist(this.getListAttribute('groups'))", "this.any()"))


def _there(block: Block, steps: list[str]) -> bool:
    head, *rest = steps
    if rest:
        return head in block.blocks and _there(block.blocks[head], rest)
    return head in block.attributes or head in block.blocks

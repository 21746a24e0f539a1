"""`kubectl patch` (staging/src/k8s.io/kubectl/pkg/cmd/patch/patch.go)."""

from __future__ import annotations

import json
from typing import Any

import yaml

from learn.kubectl.call import Call, Command, State
from learn.kubectl.errors import CommandError
from learn.kubectl.flags import Flag
from learn.kubectl.lookup import FILE_FLAGS, SELECTOR
from learn.kubectl.manifests import yaml_words
from learn.kubectl.targets import write_targets
from learn.kubectl.writes import WRITE_FLAGS, DryRun, act, dry_run_of, print_done

_TYPES = ("strategic", "merge", "json")


def start(call: Call) -> State | None:
    kind = (call.parsed.text("type") or "strategic").lower()
    if kind not in _TYPES:
        raise CommandError(
            f'error: --type must be one of [json merge strategic], not "{call.parsed.text("type")}"'
        )
    patch = _patch(call)
    dry_run = dry_run_of(call)
    subresource = call.parsed.text("subresource")
    for target, obj in write_targets(call, "patch"):
        namespace = obj["metadata"].get("namespace") or "default"
        patched = act(
            call,
            DryRun.NONE if dry_run is DryRun.NONE else DryRun.SERVER,
            "patch",
            kind=target.kind,
            name=obj["metadata"]["name"],
            namespace=namespace,
            patch=patch,
            patch_type=kind,
            subresource=subresource,
        )
        changed = patched["metadata"].get("resourceVersion") != obj["metadata"].get("resourceVersion")
        print_done(call, patched, "patched" if changed else "patched (no change)", dry_run)
    return None


def _patch(call: Call) -> Any:
    text, path = call.parsed.text("patch"), call.parsed.text("patch-file")
    if not text and not path:
        raise CommandError("error: must specify --patch or --patch-file containing the contents of the patch")
    if text and path:
        raise CommandError("error: cannot specify --patch and --patch-file together")
    if path:
        found = call.files.read(path)
        if found is None:
            raise CommandError(f"error: unable to read patch file: open {path}: no such file or directory")
        text = found
    try:
        return json.loads(text) if text.lstrip().startswith(("{", "[")) else _yaml(text)
    except ValueError:
        return _yaml(text)


def _yaml(text: str) -> Any:
    try:
        return yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise CommandError(f'error: unable to parse "{text}": {yaml_words(error)}') from None


COMMAND = Command(
    path="patch",
    start=start,
    summary="オブジェクトの一部のフィールドを変えます",
    usage="patch 種類 名前 -p パッチ",
    flags=(
        *FILE_FLAGS,
        *WRITE_FLAGS,
        SELECTOR,
        Flag(name="type"),
        Flag(name="patch", short="p"),
        Flag(name="patch-file"),
        Flag(name="subresource"),
    ),
)

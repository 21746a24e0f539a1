"""The one escape that Kubernetes reads and libyaml refuses: `\\'` in double quotes (go-yaml, scannerc.go)."""

import re

import yaml

_ESCAPED_QUOTE = re.compile(r"(?<!\\)((?:\\\\)*)\\'")
_STAND_IN = "\uf8ff"
"""Stands for the backslash while libyaml reads, so that no place in the text moves."""


def hide_escapes(text: str) -> str:
    """The text with a stand-in for the backslash of each `\\'`; itself where there is none."""
    if "\\'" not in text or _STAND_IN in text:
        return text
    return _ESCAPED_QUOTE.sub(rf"\1{_STAND_IN}'", text)


def restore_escapes(root: yaml.Node) -> None:
    """Give the scalars below `root` the text that was meant: a quote in double quotes, as written elsewhere."""
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            node.value = node.value.replace(_STAND_IN, "" if node.style == '"' else "\\")
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(part for pair in node.value for part in pair)
        else:
            waiting.extend(node.value)

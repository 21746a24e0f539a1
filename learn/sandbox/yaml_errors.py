"""A parser's complaint turned into what a human would say, at the line that a human would mend."""

import yaml

from learn.sandbox.diagnostics import Diagnostic
from learn.sandbox.layout import Judge
from learn.sandbox.scene import diagnose, scene_of
from learn.sandbox.yaml_rules import RULES


def diagnose_yaml_error(error: yaml.YAMLError, text: str, judge: Judge) -> Diagnostic:
    """The diagnostic for what stopped the parser."""
    scene = scene_of(error, text, judge)
    for rule in RULES:
        diagnostic = rule(scene)
        if diagnostic is not None:
            return diagnostic
    return diagnose(scene, "yaml-syntax", min(scene.line, len(scene.lines) - 1), scene.column)

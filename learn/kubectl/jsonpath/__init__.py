"""
kubectl's JSONPath templates.

Source: staging/src/k8s.io/client-go/util/jsonpath (parser.go, jsonpath.go): text outside braces is literal,
`{range …}{end}`, quoted text, filters, slices, unions, recursive descent; a missing key yields nothing.
"""

from learn.kubectl.jsonpath.evaluation import Template, text_of
from learn.kubectl.jsonpath.model import JSONPathError
from learn.kubectl.jsonpath.parsing import find, parse_template, relaxed

__all__ = ["JSONPathError", "Template", "find", "parse_template", "relaxed", "text_of"]

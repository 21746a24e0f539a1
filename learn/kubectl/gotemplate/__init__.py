"""
The part of Go templates that kubectl's users write.

Source: Go's text/template package documentation; staging/src/k8s.io/cli-runtime/pkg/printers/template.go.
Served: fields, variables, pipes, `range`, `if`, `with`, and the functions in `functions.FUNCTIONS`.
"""

from learn.kubectl.gotemplate.model import TemplateError
from learn.kubectl.gotemplate.parsing import parse_template
from learn.kubectl.gotemplate.rendering import Template

__all__ = ["Template", "TemplateError", "parse_template"]

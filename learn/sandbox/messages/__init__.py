"""Every diagnostic code with its severity, its Japanese words and the English that Kubernetes prints."""

from learn.sandbox.messages import api, lexical, manifest, practice, schema, yaml
from learn.sandbox.messages.model import Message, Severity

__all__ = ["MESSAGES", "Message", "Severity"]

MESSAGES: dict[str, Message] = {
    code: message
    for table in (lexical, yaml, schema, api, manifest, practice)
    for code, message in table.MESSAGES.items()
}

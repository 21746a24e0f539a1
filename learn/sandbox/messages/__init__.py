"""Every diagnostic code with its severity, its Japanese words and the English that Kubernetes prints."""

from learn.sandbox.messages import lexical, schema, yaml
from learn.sandbox.messages.model import Message, Severity

__all__ = ["MESSAGES", "Message", "Severity"]

MESSAGES: dict[str, Message] = lexical.MESSAGES | yaml.MESSAGES | schema.MESSAGES

"""What the API server itself refuses. Its own sentence is the parameter `english`."""

from learn.sandbox.messages.api import (
    containers,
    general,
    metadata,
    networking,
    pods,
    probes,
    storage,
    workloads,
)
from learn.sandbox.messages.model import Message

__all__ = ["MESSAGES"]

MESSAGES: dict[str, Message] = {
    code: message
    for table in (metadata, workloads, probes, containers, pods, networking, storage, general)
    for code, message in table.MESSAGES.items()
}

"""The only place that wires the parts together."""

from __future__ import annotations

from assistant.chain import PolicyAssistant
from assistant.retriever import HybridRetriever
from assistant.settings import Settings
from index.store import open_index


def build_assistant(settings: Settings) -> PolicyAssistant:
    """An assistant on the published index; raises a PolicyIndexError where there is no usable one."""
    index = open_index(settings.index)
    return PolicyAssistant(index, HybridRetriever(index=index), settings.as_of)

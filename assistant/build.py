"""The only place that wires the parts together."""

from __future__ import annotations

from assistant.chain import PolicyAssistant
from assistant.model_choice import open_model
from assistant.model_composer import ModelComposer
from assistant.models import ChatModel
from assistant.retriever import HybridRetriever
from assistant.settings import Settings
from assistant.warm import Warmer, worth_reading
from index.store import open_index


def build_assistant(settings: Settings, model: ChatModel | None = None) -> PolicyAssistant:
    """An assistant on the published index; raises a PolicyIndexError where there is no usable one.

    ``model`` is one that was opened before, else that of the settings. Raises SettingsError where these ask for a
    local model that is not there.
    """
    index = open_index(settings.index)
    model = model or open_model(settings)
    composer = ModelComposer(model, index) if model else None
    return PolicyAssistant(index, HybridRetriever(index=index), settings.as_of, composer)


def read_ahead(assistant: PolicyAssistant, settings: Settings) -> Warmer | None:
    """Begin to read the clauses with the local model in the background; None where there is none."""
    if assistant.composer is None or not assistant.composer.model.local:
        return None
    warmer = Warmer(assistant.composer.model, settings.llm_cache_mb)
    warmer.start(worth_reading(assistant.index.chunks, assistant.corpus))
    return warmer

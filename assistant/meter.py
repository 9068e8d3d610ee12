"""Counts what an assistant answers, for Prometheus, and ends what is under way when the program ends.

Each assistant has one, with a registry of its own. Names and units follow https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event, Lock
from typing import TYPE_CHECKING, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from assistant.answer import Answer, Route, Status

if TYPE_CHECKING:
    from prometheus_client import Metric

    from index.manifest import Manifest

PREFIX = "policy_assistant"
SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)  # from the ledger to a slow model
# notices: no words of the model, or none that stand in a clause
MODEL_FAILURES = ("model_failed", "replaced")
logger = logging.getLogger(__name__)


class Meter(Collector):
    """What one assistant has answered and is answering; ``manifest`` gives that of the generation it reads."""

    def __init__(self, manifest: Callable[[], Manifest]) -> None:
        self._manifest = manifest
        self._stops: set[Event] = set()
        self._guard = Lock()
        self._ended = False
        self.registry = registry = CollectorRegistry()
        self._questions = Counter(
            f"{PREFIX}_questions",
            "Questions answered, by the answer's route and status; a refusal has the status refused.",
            ("route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            f"{PREFIX}_answer_seconds",
            "From the question to the certified answer, by route.",
            ("route",),
            buckets=SECONDS,
            registry=registry,
        )
        self._under_way = Gauge(f"{PREFIX}_answers_under_way", "Answers under way.", registry=registry)
        self._errors = Counter(
            f"{PREFIX}_errors", "Questions that got an error, by its kind.", ("error",), registry=registry
        )
        self._model_failures = Counter(
            f"{PREFIX}_model_failures",
            "Answers where the model failed, or its words did not stand in a clause and quotes took their place.",
            ("kind",),
            registry=registry,
        )
        for route in get_args(Route):  # what has not happened yet counts as 0, not as absent
            self._seconds.labels(route)
            for status in get_args(Status):
                self._questions.labels(route, status)
        for kind in MODEL_FAILURES:
            self._model_failures.labels(kind)
        registry.register(self)
        ProcessCollector(registry=registry)

    def collect(self) -> Iterator[Metric]:
        """The index, as it is when somebody looks."""
        manifest = self._manifest()
        about = {"generation": manifest.generation, "schema": str(manifest.schema), "model": manifest.model}
        info = GaugeMetricFamily(f"{PREFIX}_index_info", "The generation that answers.", labels=[*about])
        info.add_metric([*about.values()], 1)
        yield info
        yield GaugeMetricFamily(
            f"{PREFIX}_index_created_timestamp_seconds",
            "When the generation was built, Unix time; its age is time() less this.",
            value=datetime.fromisoformat(manifest.created).timestamp(),
        )
        yield GaugeMetricFamily(f"{PREFIX}_policies", "Policies of the index.", value=len(manifest.files))

    @contextmanager
    def answering(self, stop: Event) -> Iterator[Callable[[Answer], None]]:
        """One answer under way, ended by ``stop``; what is yielded takes it when it is final."""
        with self._guard:
            self._stops.add(stop)
            if self._ended:
                stop.set()
        self._under_way.inc()
        try:
            yield self._count
        except Exception as error:
            self._errors.labels(type(error).__name__).inc()
            raise
        finally:
            self._under_way.dec()
            with self._guard:
                self._stops.discard(stop)

    def end(self) -> None:
        """The program ends: models write no more, for the answers under way and those that still come."""
        with self._guard:
            self._ended = True
            for stop in self._stops:
                stop.set()

    def _count(self, answer: Answer) -> None:
        seconds = answer.timings_ms["total"] / 1000
        self._questions.labels(answer.route, answer.status).inc()
        self._seconds.labels(answer.route).observe(seconds)
        for notice in answer.notices:
            if notice.code in MODEL_FAILURES:
                self._model_failures.labels(notice.code).inc()
        about = {"route": answer.route, "status": answer.status, "seconds": round(seconds, 3)}
        logger.info("answer: %(route)s, %(status)s, %(seconds)s s", about, extra={"fields": about})

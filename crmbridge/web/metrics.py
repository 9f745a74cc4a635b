"""The figures in the text form that Prometheus reads, from a registry of our own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from crmbridge.web.ports import Figure

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Figures(Collector):
    def __init__(self, figures: Sequence[Figure]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        families: dict[str, list[Figure]] = {}
        for one in self._figures:
            families.setdefault(one.name, []).append(one)
        for name in sorted(families):
            yield _family(families[name])


def _family(figures: Sequence[Figure]) -> Metric:
    first = figures[0]
    names = sorted({label for one in figures for label in one.labels})
    kind = CounterMetricFamily if first.total else GaugeMetricFamily
    family = kind(first.name, first.help, labels=names)
    for one in figures:
        family.add_metric([one.labels.get(name, "") for name in names], float(one.value))
    return family


def render(figures: Sequence[Figure]) -> bytes:
    """Write figures as Prometheus's text; figures of one name share a help text and a kind."""
    registry = CollectorRegistry()
    registry.register(_Figures(figures))
    return bytes(generate_latest(registry))

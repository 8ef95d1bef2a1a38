"""Traces: off unless asked for, and nothing in them but routes, statuses and sizes."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cencomm import tracing
from cencomm.tracing import TracingInvalid, TracingNotInstalled


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    with tracing.through(provider):
        yield kept


class TestWanted:
    @pytest.mark.parametrize(
        "environ",
        [
            {"OTEL_TRACES_EXPORTER": "otlp"},
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"},
            {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"},
        ],
    )
    def test_on(self, environ: dict[str, str]) -> None:
        assert tracing.wanted(environ)
        assert not tracing.wanted({**environ, "OTEL_SDK_DISABLED": "true"})
        assert not tracing.wanted({**environ, "OTEL_TRACES_EXPORTER": "none"})

    def test_off_by_default(self) -> None:
        assert not tracing.wanted({})
        assert not tracing.wanted({"OTEL_SERVICE_NAME": "x"})

    def test_another_exporter_is_refused(self) -> None:
        with pytest.raises(TracingInvalid):
            tracing.wanted({"OTEL_TRACES_EXPORTER": "zipkin"})


class TestTraced:
    def test_where_nobody_traces_a_span_is_nothing(self) -> None:
        with tracing.traced({}), tracing.span("a") as span:
            span.set_attribute("x", 1)
        assert tracing.span("a") is tracing.span("b")

    def test_without_the_packages_it_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
        with pytest.raises(TracingNotInstalled), tracing.traced({"OTEL_TRACES_EXPORTER": "otlp"}):
            pass

    def test_spans_go_out_while_the_block_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
        with tracing.traced({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_SERVICE_NAME": "node-1"}):
            first, second = tracing.span("a"), tracing.span("b")
            assert first is not second
        assert tracing.span("a") is tracing.span("b")


class TestSpan:
    def test_carries_its_name_and_attributes(self, exporter: InMemorySpanExporter) -> None:
        with tracing.span("batch") as span:
            span.set_attribute("cencomm.batch.events", 3)
        (told,) = exporter.get_finished_spans()
        assert (told.name, dict(told.attributes or {})) == ("batch", {"cencomm.batch.events": 3})

    def test_an_error_goes_through_and_its_words_stay_here(self, exporter: InMemorySpanExporter) -> None:
        with pytest.raises(ValueError, match="secret"), tracing.span("batch"):
            raise ValueError("secret")
        (told,) = exporter.get_finished_spans()
        assert "secret" not in told.to_json()

"""OpenTelemetry traces, for who wants them: `pip install cencomm[otel]` and the standard OTEL_* variables.

Off unless a variable asks for it, and then nothing is imported. A span carries the name of a route or the size of a
batch: never an account, a CUG, an address, a path or a body. What a request says of its own trace is not believed.

    OTEL_TRACES_EXPORTER=otlp, or OTEL_EXPORTER_OTLP_ENDPOINT=… alone    turns it on
    OTEL_SDK_DISABLED=true, or OTEL_TRACES_EXPORTER=none                 turns it off
    OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, OTEL_BSP_* …                 as OpenTelemetry describes them
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

from cencomm.errors import DomainError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
EXPORTER: Final = "OTEL_TRACES_EXPORTER"
SERVICE: Final = "cencomm"

Value = str | int


class TracingNotInstalled(DomainError):
    """The environment asks for traces, and the packages for them are not there."""

    code = "settings.tracing_not_installed"


class TracingInvalid(DomainError):
    """`setting` asks for something that this program does not do."""

    code = "settings.tracing_invalid"


class Span(Protocol):
    """What is added to a span while it runs."""

    def set_attribute(self, key: str, value: Value) -> None: ...


class _NoSpan:
    def set_attribute(self, key: str, value: Value) -> None:
        """Nobody traces."""


_NO_SPAN: Final = nullcontext[Span](_NoSpan())
_Begin = Callable[[str], AbstractContextManager[Span]]


class _Tracing:
    """The process's one tracer: a process has one provider, as it has one environment."""

    begin: _Begin | None = None


_TRACING: Final = _Tracing()


def span(name: str) -> AbstractContextManager[Span]:
    """A span around a block; nothing where nobody traces."""
    return _NO_SPAN if _TRACING.begin is None else _TRACING.begin(name)


def wanted(environ: Mapping[str, str]) -> bool:
    """Whether the environment asks for traces. Raises TracingInvalid."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    exporter = environ.get(EXPORTER, "")
    if exporter not in ("", "none", "otlp"):
        raise TracingInvalid(setting=EXPORTER)
    return exporter == "otlp" or (exporter == "" and any(environ.get(name) for name in ENDPOINTS))


@contextmanager
def traced(environ: Mapping[str, str]) -> Iterator[None]:
    """Traces go out while the block runs, if the environment asks for them; the last ones when it ends.

    Raises:
        TracingInvalid, TracingNotInstalled
    """
    if not wanted(environ):
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  only where it is wanted
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415  only where it is wanted
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  only where it is wanted
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  only where it is wanted
    except ImportError:
        raise TracingNotInstalled from None
    named = environ.get("OTEL_SERVICE_NAME") or SERVICE
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: named}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    with through(provider):
        yield


@contextmanager
def through(provider: TracerProvider) -> Iterator[None]:
    """Spans go to `provider` while the block runs."""
    tracer = provider.get_tracer(SERVICE)

    @contextmanager
    def begin(name: str) -> Iterator[Span]:
        # An exception is not recorded: its message may quote what was sent.
        with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as begun:
            yield begun

    _TRACING.begin = begin
    try:
        yield
    finally:
        _TRACING.begin = None
        provider.shutdown()

//! Logs and traces: installed once per process, by main.
//!
//! Spans of business inputs have the target [`TARGET`] and go to traces alone; log lines carry their own fields.
//! Where no traces are recorded such a span costs one atomic load. Names of attributes follow OpenTelemetry's
//! conventions for messaging and databases. Never put words or contact data into a span or a log line.

use std::time::Duration;

use contracts::ServiceName;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use crate::config::{LogFormat, TelemetryConfig};
use crate::service::Input;

/// The target of spans that go to traces and not to the log.
pub const TARGET: &str = "redress_span";

/// Why telemetry could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The exporter of traces cannot be made.
    #[error("the exporter of traces to {endpoint} cannot be made: {reason}")]
    Exporter {
        /// Where traces should go.
        endpoint: String,
        /// Why not.
        reason: String,
    },
    /// The filter of log lines cannot be read.
    #[error("telemetry.level cannot be read")]
    Level(#[from] tracing_subscriber::filter::ParseError),
    /// Something else has installed telemetry before.
    #[error("telemetry is installed once per process")]
    Installed(#[from] tracing_subscriber::util::TryInitError),
}

/// What must be flushed at the end.
#[derive(Debug, Default)]
#[must_use = "spans are lost unless it is shut down"]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

/// Installs logs and traces for this process. `part` is what it runs: a service's name, `all`, `gateway`, …
///
/// # Errors
/// [`TelemetryError`].
pub fn install(config: &TelemetryConfig, part: &str, version: &str) -> Result<Telemetry, TelemetryError> {
    let spans_apart = filter_fn(|metadata| metadata.target() != TARGET);
    let lines = EnvFilter::try_new(&config.level)?.and(spans_apart);
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = match config.format {
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).with_filter(lines).boxed(),
        LogFormat::Text => log.with_filter(lines).boxed(),
    };
    let provider = match config.otlp_endpoint.as_str() {
        "" => None,
        endpoint => Some(provider(config, endpoint, part, version)?),
    };
    let traces = provider.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("redress"))
            .with_location(false)
            .with_threads(false)
            .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target() == TARGET))
    });
    tracing_subscriber::registry().with(log).with(traces).try_init()?;
    log_panics_by_place();
    Ok(Telemetry { provider })
}

/// From here on a panic is a log line that says where it was and never what it said: its text may quote words.
fn log_panics_by_place() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let thread = std::thread::current();
        tracing::error!(place, thread = thread.name(), "a panic: this is a defect");
    }));
}

fn provider(
    config: &TelemetryConfig,
    endpoint: &str,
    part: &str,
    version: &str,
) -> Result<SdkTracerProvider, TelemetryError> {
    let failed = |reason: String| TelemetryError::Exporter { endpoint: endpoint.to_owned(), reason };
    let timeout = config.export_timeout;
    // The batch thread of the SDK has no reactor, so the client must be the blocking one; and that one starts a
    // runtime of its own, which must not happen inside another.
    let client = std::thread::spawn(move || reqwest::blocking::Client::builder().timeout(timeout).build())
        .join()
        .map_err(|_| failed("the HTTP client panicked".into()))?
        .map_err(|error| failed(error.to_string()))?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(traces_url(endpoint))
        .with_timeout(timeout)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let resource = Resource::builder()
        .with_service_name(format!("redress-{part}"))
        .with_attribute(KeyValue::new("service.version", version.to_owned()))
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample))))
        .with_resource(resource)
        .build())
}

/// `http://host:port` as the address that OTLP over HTTP posts traces to; one with a path is taken as it is.
fn traces_url(endpoint: &str) -> String {
    let endpoint = endpoint.trim_end_matches('/');
    let path = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    if path.contains('/') { endpoint.to_owned() } else { format!("{endpoint}/v1/traces") }
}

impl Telemetry {
    /// Sends what is left, at most for `patience`.
    pub async fn shut_down(self, patience: Duration) {
        let Some(provider) = self.provider else { return };
        let stopping = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(patience));
        match stopping.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last traces were not sent"),
            Err(error) => tracing::warn!(%error, "the last traces were not sent"),
        }
    }
}

/// The span of one batch: `size` inputs of `service` decided and written in one transaction.
#[must_use]
pub fn batch_span(service: ServiceName, size: usize) -> Span {
    tracing::info_span!(
        target: TARGET,
        parent: None,
        "batch",
        otel.name = %format_args!("{service} batch"),
        otel.kind = "consumer",
        redress.service = service.as_str(),
        messaging.system = "nats",
        messaging.operation.r#type = "process",
        messaging.batch.message_count = size,
    )
}

/// The span of one input of `batch`: a child of whoever caused it, linked with the batch both ways. A timer that ran
/// out begins a trace of its own, linked with `set_in`, the trace context in which it was set: hours lie between.
///
/// Give its [`traceparent`] to what the decision says and sets.
#[must_use]
pub fn input_span(batch: &Span, service: ServiceName, input: &Input, set_in: Option<&str>) -> Span {
    let (kind, name) = match input {
        Input::Heard(heard) => ("event", heard.envelope.what.as_str()),
        Input::Command(command) => ("command", command.verb.as_str()),
        Input::Due(due) => ("timer", due.key.split(':').next().unwrap_or_default()),
    };
    let ran_out = matches!(input, Input::Due(_));
    let span = tracing::info_span!(
        target: TARGET,
        parent: if ran_out { None } else { batch.id() },
        "input",
        otel.name = %format_args!("{service} {name}"),
        otel.kind = "consumer",
        redress.service = service.as_str(),
        redress.input = kind,
        redress.subject = %input.subject(),
        messaging.system = "nats",
        messaging.operation.r#type = "process",
        messaging.message.id = %input.causation(),
        // The correlation id of all that is said about it: the whole way of a complaint is found by it.
        messaging.message.conversation_id = input.subject().id,
    );
    if span.is_disabled() {
        return span;
    }
    let batch_context = batch.context().span().span_context().clone();
    if let Some(caller) = incoming(input).and_then(read_traceparent) {
        // Refused only for a span that has begun, which this one has not.
        span.set_parent(Context::new().with_remote_span_context(caller.clone())).ok();
        span.add_link(batch_context);
        batch.add_link(caller);
    } else if ran_out {
        span.add_link(batch_context);
        if let Some(set_in) = set_in.and_then(read_traceparent) {
            span.add_link(set_in);
        }
        batch.add_link(span.context().span().span_context().clone());
    }
    span
}

/// The span of the transaction of `batch`, in which `size` inputs are decided and written.
#[must_use]
pub fn transaction_span(batch: &Span, service: ServiceName, size: usize) -> Span {
    tracing::info_span!(
        target: TARGET,
        parent: batch,
        "transaction",
        otel.name = %format_args!("{service} transaction"),
        otel.kind = "client",
        redress.service = service.as_str(),
        db.system.name = "postgresql",
        db.namespace = service.as_str(),
        db.operation.name = "transaction",
        db.operation.batch.size = size,
    )
}

/// The span of one publish of the relay, a child of the trace that the event carries.
#[must_use]
pub fn publish_span(service: ServiceName, subject: &str, traceparent: Option<&str>) -> Span {
    let span = tracing::info_span!(
        target: TARGET,
        parent: None,
        "publish",
        otel.name = %format_args!("publish {subject}"),
        otel.kind = "producer",
        redress.service = service.as_str(),
        messaging.system = "nats",
        messaging.operation.r#type = "send",
        messaging.destination.name = subject,
    );
    if !span.is_disabled()
        && let Some(caller) = traceparent.and_then(read_traceparent)
    {
        span.set_parent(Context::new().with_remote_span_context(caller)).ok();
    }
    span
}

/// The span of one HTTP request: a child of the caller's trace where it sent one.
#[must_use]
pub fn request_span(method: &str, route: &str, traceparent: Option<&str>) -> Span {
    let span = tracing::info_span!(
        target: TARGET,
        parent: None,
        "request",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
    );
    if !span.is_disabled()
        && let Some(caller) = traceparent.and_then(read_traceparent)
    {
        span.set_parent(Context::new().with_remote_span_context(caller)).ok();
    }
    span
}

/// The W3C trace context that an input came with.
#[must_use]
pub fn incoming(input: &Input) -> Option<&str> {
    match input {
        Input::Heard(heard) => heard.envelope.traceparent.as_deref(),
        Input::Command(command) => command.traceparent.as_deref(),
        Input::Due(_) => None,
    }
}

/// The W3C trace context of `span`, for what it causes. `None` where no traces are recorded.
#[must_use]
pub fn traceparent(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let context = context.span().span_context().clone();
    context.is_valid().then(|| {
        format!("00-{}-{}-{:02x}", context.trace_id(), context.span_id(), context.trace_flags().to_u8())
    })
}

/// The W3C trace context of the current span.
#[must_use]
pub fn current_traceparent() -> Option<String> {
    traceparent(&Span::current())
}

/// What events caused by `input` carry: the context of its span, or, where this process records no traces, the one
/// that came in, so that a trace is not cut.
#[must_use]
pub fn outgoing(span: &Span, input: &Input) -> Option<String> {
    traceparent(span).or_else(|| incoming(input).map(str::to_owned))
}

fn read_traceparent(text: &str) -> Option<SpanContext> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // Later versions may append parts; version ff is forbidden.
    let sized = version.len() == 2 && version != "ff" && trace.len() == 32 && span.len() == 16;
    if !sized || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_context_is_read_as_w3c_says() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let context = read_traceparent(good).unwrap();
        assert!(context.is_sampled() && context.is_remote());
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        ] {
            assert!(read_traceparent(bad).is_none(), "{bad}");
        }
        assert!(read_traceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more").is_some());
    }

    #[test]
    fn the_address_for_traces_is_completed() {
        assert_eq!(traces_url("http://127.0.0.1:4318/"), "http://127.0.0.1:4318/v1/traces");
        assert_eq!(
            traces_url("https://traces.example/otlp/v1/traces"),
            "https://traces.example/otlp/v1/traces"
        );
    }

    #[derive(Clone, Default)]
    struct Lines(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_tells_its_place_and_not_its_text() {
        let lines = Lines::default();
        let into = lines.clone();
        let log = tracing_subscriber::fmt().with_writer(move || into.clone()).finish();
        let before = std::panic::take_hook();
        log_panics_by_place();
        let caught = tracing::subscriber::with_default(log, || {
            std::panic::catch_unwind(|| panic!("the customer {} says", "王小明"))
        });
        std::panic::set_hook(before);
        assert!(caught.is_err());
        let told = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(told.contains("telemetry.rs:") && !told.contains("customer"), "{told}");
    }

    #[test]
    fn without_traces_the_incoming_context_is_handed_on() {
        let span = batch_span(ServiceName::Routing, 1);
        assert_eq!(traceparent(&span), None);
        assert_eq!(current_traceparent(), None);
    }
}

//! A collector of traces: OTLP over HTTP, as its protocol says.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

/// What was received.
#[derive(Clone, Default)]
pub(crate) struct Collector {
    received: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
}

impl Collector {
    /// Starts one; gives its address, too.
    pub(crate) async fn start() -> (String, Self) {
        async fn take(State(collector): State<Collector>, body: Bytes) {
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            collector.received.lock().unwrap().push(request);
        }
        let collector = Self::default();
        let routes = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (url, collector)
    }

    /// What the sender says of itself.
    pub(crate) fn sender(&self, key: &str) -> Option<String> {
        let received = self.received.lock().unwrap();
        let sender = received.first()?.resource_spans.first()?.resource.as_ref()?;
        attribute(&sender.attributes, key)
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        let received = self.received.lock().unwrap();
        let sent = received.iter().flat_map(|request| &request.resource_spans);
        sent.flat_map(|sent| &sent.scope_spans).flat_map(|scope| &scope.spans).cloned().collect()
    }
}

/// The text or the number of an attribute.
pub(crate) fn attribute(of: &[KeyValue], key: &str) -> Option<String> {
    match of.iter().find(|pair| pair.key == key)?.value.clone()?.value? {
        any_value::Value::StringValue(text) => Some(text),
        any_value::Value::IntValue(number) => Some(number.to_string()),
        other => panic!("{key} is {other:?}"),
    }
}

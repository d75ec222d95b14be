//! The OpenAPI 3.1 document, made of the very table that serves the routes.
//!
//! Bodies are described by the JSON Schemas of the contracts, so the document cannot differ from what a service reads.

use std::collections::BTreeSet;

use axum::http::Method;
use contracts::{Language, Problem, ProblemCode};
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Value, json};
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    Content as MediaContent, HeaderBuilder, InfoBuilder, ObjectBuilder, OpenApiBuilder, Paths, Ref, RefOr,
    Required, ResponseBuilder, Schema, Type,
};

use crate::endpoint::{Content, Endpoint, Need};
use crate::problem::MEDIA_TYPE;

/// Where the schemas stand.
const SCHEMAS: &str = "/components/schemas";
/// What every path begins with.
pub const BASE: &str = "/api/v1";

/// The document.
#[must_use]
pub fn document(endpoints: &[Endpoint]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = SCHEMAS.into());
    let mut generator = settings.into_generator();
    let problem = content_schema(&mut generator, crate::endpoint::schema::<ProblemDocument>);
    let paths = paths(endpoints, &mut generator, &problem);
    let info = InfoBuilder::new()
        .title("Redress")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Complaints, from intake to archive. Every refusal is `application/problem+json` with a stable `code` \
             (see /problems) and changed nothing; `Accept-Language: zh` has it told by a Chinese `title`. Whatever becomes a command needs an `Idempotency-Key`: repeat with \
             the same key until there is an answer.",
        ))
        .build();
    let document = OpenApiBuilder::new().info(info).paths(paths).build();
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["components"] = json!({
        "schemas": generator.take_definitions(true),
        "securitySchemes": {
            "token": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "A token from POST /api/v1/sessions, or the API key of a feeder",
            },
        },
    });
    document
}

/// A problem document, as RFC 9457 and the stable codes have it.
#[derive(Debug, schemars::JsonSchema)]
#[schemars(rename = "ProblemDocument")]
#[expect(dead_code, reason = "describes what crate::problem writes")]
struct ProblemDocument {
    /// `/problems/<code>`.
    r#type: String,
    /// The meaning of the code: English, or Chinese for who asks for it by `Accept-Language`. Every other member is
    /// the same in all languages.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What was wrong this time; never contains complainant data.
    detail: String,
    /// The stable code.
    code: ProblemCode,
    /// JSON pointer of the offending field, a header's name, or `?parameter`.
    field: Option<String>,
    /// What was expected instead.
    expected: Option<String>,
    /// All findings, when there is more than one.
    errors: Option<Vec<Problem>>,
}

fn paths(endpoints: &[Endpoint], generator: &mut SchemaGenerator, problem: &RefOr<Schema>) -> Paths {
    let mut paths = PathsBuilder::new();
    for endpoint in endpoints {
        let operation = operation(endpoint, generator, problem);
        let item = PathItem::new(method(&endpoint.method), operation);
        paths = paths.path(format!("{BASE}{}", endpoint.path), item);
    }
    paths.build()
}

fn method(method: &Method) -> HttpMethod {
    match method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(
    endpoint: &Endpoint,
    generator: &mut SchemaGenerator,
    problem: &RefOr<Schema>,
) -> OperationBuilder {
    let mut operation = OperationBuilder::new()
        .tag(endpoint.tag)
        .summary(Some(endpoint.summary))
        .operation_id(Some(operation_id(endpoint)));
    for name in path_parameters(endpoint.path) {
        operation = operation.parameter(parameter(name, ParameterIn::Path, Required::True, "Which"));
    }
    for (name, meaning) in &endpoint.parameters {
        operation = operation.parameter(parameter(name, ParameterIn::Query, Required::False, meaning));
    }
    if endpoint.is_order {
        let key = "1 to 128 visible ASCII characters; the same key gives the first answer again";
        operation =
            operation.parameter(parameter("Idempotency-Key", ParameterIn::Header, Required::True, key));
        let tag = "The ETag that was read; refused with stale-version when it is not current";
        operation = operation.parameter(parameter("If-Match", ParameterIn::Header, Required::False, tag));
    }
    let language = "`zh` tells problems by a Chinese `title`; English when nothing is asked for (RFC 9110)";
    operation =
        operation.parameter(parameter("Accept-Language", ParameterIn::Header, Required::False, language));
    if let Some(body) = &endpoint.body {
        let body = RequestBodyBuilder::new()
            .description(Some("What is asked for"))
            .required(Some(Required::True))
            .content(body.media, media(body, generator))
            .build();
        operation = operation.request_body(Some(body));
    }
    if matches!(endpoint.need, Need::SignedIn | Need::Act(_)) {
        operation = operation.security(SecurityRequirement::new("token", Vec::<String>::new()));
    }
    responses(operation, endpoint, generator, problem)
}

fn responses(
    mut operation: OperationBuilder,
    endpoint: &Endpoint,
    generator: &mut SchemaGenerator,
    problem: &RefOr<Schema>,
) -> OperationBuilder {
    let (status, meaning) = endpoint.success;
    let mut success = ResponseBuilder::new().description(meaning);
    if status != 204 {
        success = success.content(endpoint.answer.media, media(&endpoint.answer, generator));
    }
    if endpoint.is_order {
        let tag = HeaderBuilder::new().schema(Some(text())).description(Some("The version afterwards"));
        success = success.header("ETag", tag.build());
    }
    operation = operation.response(status.to_string(), success.build());
    for (status, codes) in by_status(endpoint) {
        let description: Vec<_> = codes.iter().map(|code| description(*code)).collect();
        let content = MediaContent::new(Some(problem.clone()));
        let mut refusal =
            ResponseBuilder::new().description(description.join("; ")).content(MEDIA_TYPE, content);
        let language = HeaderBuilder::new().schema(Some(text())).description(Some(
            "The language of the problem's `title`: `en`, or `zh` where that was asked for",
        ));
        refusal = refusal.header("Content-Language", language.build());
        if matches!(status, 429 | 503 | 504) {
            let after = HeaderBuilder::new()
                .schema(Some(text()))
                .description(Some("Seconds until it is worth trying"));
            refusal = refusal.header("Retry-After", after.build());
        }
        operation = operation.response(status.to_string(), refusal.build());
    }
    operation
}

/// What a code means, in every language.
fn description(code: ProblemCode) -> String {
    format!("`{code}`: {} / {}", code.title(Language::En), code.title(Language::Zh))
}

/// The problems of an operation by status.
fn by_status(endpoint: &Endpoint) -> Vec<(u16, BTreeSet<ProblemCode>)> {
    let mut codes: BTreeSet<_> = endpoint.problems.iter().copied().collect();
    codes.extend([ProblemCode::TooManyRequests, ProblemCode::Internal, ProblemCode::Unavailable]);
    if endpoint.path.contains('{') {
        codes.insert(ProblemCode::NotFound);
    }
    if !endpoint.parameters.is_empty() {
        codes.extend([ProblemCode::UnknownField, ProblemCode::InvalidField]);
    }
    match endpoint.need {
        Need::Nothing | Need::Address => {}
        Need::SignedIn => codes.extend([ProblemCode::NotSignedIn]),
        Need::Act(_) => codes.extend([ProblemCode::NotSignedIn, ProblemCode::NotAllowed]),
    }
    if endpoint.body.is_some() {
        codes.extend([
            ProblemCode::MalformedJson,
            ProblemCode::InvalidUtf8,
            ProblemCode::RequestTimeout,
            ProblemCode::TooLarge,
            ProblemCode::UnsupportedType,
            ProblemCode::MissingField,
            ProblemCode::UnknownField,
            ProblemCode::InvalidField,
        ]);
    }
    let statuses: BTreeSet<u16> = codes.iter().map(|code| code.status()).collect();
    let of =
        |status| codes.iter().copied().filter(move |code: &ProblemCode| code.status() == status).collect();
    statuses.into_iter().map(|status| (status, of(status))).collect()
}

fn operation_id(endpoint: &Endpoint) -> String {
    let path = endpoint.path.replace(['{', '}'], "").replace(['/', '-'], "_");
    format!("{}{path}", endpoint.method.as_str().to_ascii_lowercase())
}

/// The `{names}` in a path.
#[must_use]
pub fn path_parameters(path: &str) -> Vec<&str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect()
}

fn parameter(name: &str, place: ParameterIn, required: Required, meaning: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(meaning))
        .schema(Some(text()))
}

fn text() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}

fn media(content: &Content, generator: &mut SchemaGenerator) -> MediaContent {
    let schema = match content.schema {
        Some(schema) => Some(content_schema(generator, schema)),
        None if content.media == "application/json" => {
            Some(ObjectBuilder::new().schema_type(Type::Object).into())
        }
        None => Some(text()),
    };
    MediaContent::new(schema)
}

/// A reference to a named schema; an unnamed one is shown as an object.
fn content_schema(generator: &mut SchemaGenerator, of: crate::endpoint::SchemaOf) -> RefOr<Schema> {
    let schema = of(generator);
    match schema.as_value()["$ref"].as_str() {
        Some(reference) => RefOr::Ref(Ref::new(reference)),
        None => ObjectBuilder::new().schema_type(Type::Object).into(),
    }
}

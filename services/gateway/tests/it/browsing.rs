use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use contracts::{Language, ProblemCode};

use crate::Edge;

#[tokio::test]
async fn the_api_describes_itself_whole_and_offline() {
    let edge = Edge::start().await;
    let document = edge.get("/api/openapi.json", "").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let shown = format!("{method} {path}");
            assert!(operations.insert(operation["operationId"].as_str().unwrap().to_owned()), "{shown}");
            let parameters = operation["parameters"].as_array().unwrap();
            assert!(parameters.iter().any(|one| one["name"] == "Accept-Language"), "{shown}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let is_problem = response["content"]["application/problem+json"].is_object();
                assert_eq!(
                    response["headers"]["Content-Language"].is_object(),
                    is_problem,
                    "{shown} {status}"
                );
                assert!(!response["description"].as_str().unwrap_or_default().is_empty(), "{shown} {status}");
            }
            for name in gateway::openapi::path_parameters(path) {
                assert!(
                    parameters.iter().any(|one| one["name"] == name && one["in"] == "path"),
                    "{shown} {name}"
                );
            }
        }
    }
    assert!(operations.len() > 50, "{}", operations.len());
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name} is referred to and not there");
    }
    assert!(schemas.contains_key("RegisterComplaint") && schemas.contains_key("ProblemDocument"));

    let page = edge.get("/api/docs/", "").await;
    assert_eq!(page.status, 200);
    let page = String::from_utf8(page.bytes).unwrap();
    assert!(page.contains("swagger-ui") && !page.contains("https://") && !page.contains("http://"), "{page}");
    for asset in ["swagger-ui-bundle.js", "swagger-ui.css", "swagger-initializer.js"] {
        let found = edge.get(&format!("/api/docs/{asset}"), "").await;
        assert_eq!(found.status, 200, "{asset}");
        assert_eq!(found.headers["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn every_problem_has_its_page() {
    let edge = Edge::start().await;
    let all = edge.get("/problems", "").await.json();
    assert_eq!(all["problems"].as_array().unwrap().len(), ProblemCode::ALL.len());
    for code in ProblemCode::ALL {
        let one = edge.get(&format!("/problems/{code}"), "").await.json();
        assert_eq!(one["status"], code.status());
        let request = Request::builder().uri(format!("/problems/{code}")).header("accept", "text/html");
        let page = edge.send(request.body(Body::empty()).unwrap()).await;
        let page = String::from_utf8(page.bytes).unwrap();
        for (language, tag) in [(Language::En, "en"), (Language::Zh, "zh")] {
            assert!(page.contains(code.title(language)), "{code}");
            assert_eq!(one["titles"][tag], code.title(language));
        }
        assert_eq!(one["title"], code.title(Language::En));
    }
}

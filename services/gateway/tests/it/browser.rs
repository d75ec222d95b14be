//! A browser as far as the pages need one.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};

use crate::{Answered, Edge};

/// A browser: it keeps cookies and sends forms with what their page had.
pub(crate) struct Browser<'a> {
    pub(crate) edge: &'a Edge,
    pub(crate) cookies: std::collections::BTreeMap<String, String>,
    pub(crate) language: &'static str,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(edge: &'a Edge) -> Self {
        Self { edge, cookies: Default::default(), language: "en" }
    }

    pub(crate) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: String,
    ) -> Answered {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, cookies.join("; "))
            .header(header::ACCEPT_LANGUAGE, self.language);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let answered = self.edge.send(request.body(Body::from(body)).unwrap()).await;
        for line in answered.headers.get_all(header::SET_COOKIE) {
            let line = line.to_str().unwrap();
            assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax"), "{line}");
            let (name, rest) = line.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
        }
        answered
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answered {
        self.ask(Method::GET, path, HeaderMap::new(), String::new()).await
    }

    /// Sends a form whose token is that of `page`.
    pub(crate) async fn send(&mut self, page: &Answered, path: &str, fields: &[(&str, &str)]) -> Answered {
        let token = hidden(page, "csrf");
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.send_as(path, &all, HeaderMap::new()).await
    }

    pub(crate) async fn send_as(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        mut headers: HeaderMap,
    ) -> Answered {
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let body: Vec<_> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        headers.insert(header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap());
        self.ask(Method::POST, path, headers, body.join("&")).await
    }

    pub(crate) async fn sign_in(&mut self, name: &str, password: &str) -> Answered {
        let page = self.get("/console/sign-in").await;
        let fields = [("/organisation", "huarun"), ("/name", name), ("password", password)];
        self.send(&page, "/console/sign-in", &fields).await
    }
}

pub(crate) fn text(answered: &Answered) -> String {
    String::from_utf8(answered.bytes.clone()).unwrap()
}

pub(crate) fn hidden(page: &Answered, name: &str) -> String {
    let text = text(page);
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = text.split_once(&start).unwrap_or_else(|| panic!("no {name} in {text}"));
    rest.split('"').next().unwrap().to_owned()
}

pub(crate) fn to(answered: &Answered) -> &str {
    assert_eq!(answered.status, 303, "{}", text(answered));
    answered.headers[header::LOCATION].to_str().unwrap()
}

/// What a form in a page carries in all its hidden fields.
pub(crate) fn carried(page: &Answered, action: &str) -> Vec<(String, String)> {
    let text = text(page);
    let (_, form) =
        text.split_once(&format!("action=\"{action}\"")).unwrap_or_else(|| panic!("no {action}: {text}"));
    let form = form.split("</form>").next().unwrap();
    let plain = |text: &str| text.replace("&quot;", "\"").replace("&amp;", "&");
    let field = |rest: &str| {
        let (name, rest) = rest.split_once('"')?;
        let (_, rest) = rest.split_once("value=\"")?;
        Some((name.to_owned(), plain(rest.split('"').next()?)))
    };
    form.split("type=\"hidden\" name=\"").skip(1).filter_map(field).collect()
}

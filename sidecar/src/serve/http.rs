//! From a connection to a route and back: access, limits, bodies, headers, metrics.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::http::Method;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HOST,
    HeaderMap, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::web::{self, Bytes, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use percent_encoding::percent_decode_str;
use plaudit_engine::{Code, Problem};
use tokio::time::timeout;

use super::access::Caller;
use super::api::{Body, HTML, JSON, Needs, Outcome, Run};
use super::call::{Call, aside, forbidden, media};
use super::doors::Door;
use super::problem::Refusal;
use super::service::Service;
use crate::input::now;

/// The version of the program that answered.
const PROGRAM: HeaderName = HeaderName::from_static("plaudit-program");
/// Distributed tracing, by W3C.
const TRACE: &str = "traceparent";
/// Bodies up to this many bytes hold so little to work on that another thread would take longer.
const SHORT: usize = 2_048;
/// A page of ours has a style of its own and nothing else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

/// Connects the routes.
pub(crate) fn routes(service: &Arc<Service>, config: &mut ServiceConfig) {
    for (path, doors) in service.doors.by_path() {
        let mut resource = web::resource(path);
        let methods: Vec<&str> = doors.iter().map(|door| door.route.method.as_str()).collect();
        let methods = methods.join(", ");
        for door in doors {
            let service = Arc::clone(service);
            let method = door.route.method.clone();
            let handle = move |request: HttpRequest, payload: Payload| {
                handle(Arc::clone(&service), Arc::clone(&door), request, payload)
            };
            // Whoever asks for the head of an answer gets it without its body.
            if method == Method::GET {
                resource = resource.route(web::head().to(handle.clone()));
            }
            resource = resource.route(web::method(method).to(handle));
        }
        let service = Arc::clone(service);
        resource = resource.default_service(web::to(move |request: HttpRequest| {
            let problem =
                Problem::new(Code::WrongMethod, format!("there is no {} here", request.method()));
            let refusal = Refusal::from(problem.help(format!("there is {methods}")));
            let response = nowhere(&service, &request, refusal.allowed(methods.clone()));
            async { response }
        }));
        config.service(resource);
    }
    let service = Arc::clone(service);
    config.default_service(web::to(move |request: HttpRequest| {
        let problem = Problem::new(Code::UnknownRoute, "there is nothing at this address");
        let problem = problem.help("GET /docs lists what there is");
        let response = nowhere(&service, &request, problem.into());
        async { response }
    }));
}

/// Answers what no route is for.
fn nowhere(service: &Service, request: &HttpRequest, refusal: Refusal) -> HttpResponse {
    // Nobody finds out without a key what there is.
    let refusal = match guarded(service, request) {
        Ok(_) => refusal,
        Err(refused) => refused,
    };
    service.metrics.answered("unknown", refusal.status(), Duration::ZERO);
    dressed(refusal.response(), service)
}

async fn handle(
    service: Arc<Service>,
    door: Arc<Door>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let started = Instant::now();
    let outcome = answered(&service, &door, &request, payload).await;
    let status = match &outcome {
        Ok(reply) => reply.status,
        Err(refusal) => refusal.status(),
    };
    let took = started.elapsed();
    service.metrics.answered(door.route.path, status, took);
    let trace = request.headers().get(TRACE).and_then(|trace| trace.to_str().ok());
    let trace = trace.and_then(|trace| trace.split('-').nth(1));
    // An id of the standard, and no other words of whoever asks.
    let is_id = |id: &&str| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let trace = trace.filter(is_id).unwrap_or_default();
    // The address as it was declared: what stands in it may name a person.
    let (method, route, status) = (door.route.method.as_str(), door.route.path, status.as_u16());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let code = match &outcome {
        Ok(_) => "",
        Err(refusal) => refusal.problems().first().map_or("", |problem| problem.code.name()),
    };
    if status >= 500 {
        tracing::warn!(method, route, status, code, micros, trace, "answered");
        if let Err(refusal) = &outcome {
            // Of what the service itself could not do; no request is quoted in it.
            for problem in refusal.problems() {
                tracing::warn!(route, code = problem.code.name(), why = problem.message, "failed");
            }
        }
    } else {
        tracing::debug!(method, route, status, code, micros, trace, "answered");
    }
    let response = match outcome {
        Ok(reply) => reply.response(),
        Err(refusal) => refusal.response(),
    };
    dressed(response, &service)
}

/// Whoever calls, where they may call at all.
fn guarded(service: &Service, request: &HttpRequest) -> Result<Caller, Refusal> {
    let authorization = request.headers().get(AUTHORIZATION);
    let authorization = authorization.and_then(|value| value.to_str().ok());
    let caller = service.gate.admit(authorization, now())?;
    if matches!(caller, Caller::Anybody) {
        own_machine(request.headers())?;
    }
    Ok(caller)
}

/// Where there are no keys, pages from elsewhere that a browser on this machine shows must not get
/// in: neither under a name that they made to mean this machine, nor as what they are.
fn own_machine(headers: &HeaderMap) -> Result<(), Refusal> {
    let refused = |what: &str| {
        Err(forbidden(
            &format!("without keys the service is for its own machine alone, and {what}"),
            "`plaudit keys new` makes a key",
        ))
    };
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or("?"));
    if text(HOST).is_some_and(|host| !is_local(host)) {
        return refused("the header `Host` names another one");
    }
    match text(ORIGIN) {
        Some(origin) if !is_local(origin.split_once("://").map_or(origin, |(_, host)| host)) => {
            refused("the request comes from a page of another one")
        }
        _ => Ok(()),
    }
}

/// Whether `host:port` is this machine.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn answered(
    service: &Arc<Service>,
    door: &Arc<Door>,
    request: &HttpRequest,
    payload: Payload,
) -> Outcome {
    let route = &door.route;
    let caller = match route.needs {
        // Whoever looks whether it runs may look at any pace.
        Needs::Nothing => Caller::Anybody,
        _ => {
            let caller = guarded(service, request)?;
            service.limits.admit(&caller)?;
            caller
        }
    };
    let allowed = match (route.needs, &caller) {
        (Needs::Nothing | Needs::Key, _) => true,
        (Needs::Own(_), Caller::Advocate { .. }) => true,
        (Needs::Scope(scope) | Needs::Own(scope), caller) => caller.may(scope),
    };
    if !allowed {
        let scope = match route.needs {
            Needs::Scope(scope) | Needs::Own(scope) => scope.name(),
            _ => "",
        };
        return Err(forbidden(
            &format!("this needs a key that may `{scope}`"),
            "an administrator makes keys: `plaudit keys new NAME --role ROLE`",
        ));
    }
    let path = path(request)?;
    let query = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let query = query.map(web::Query::into_inner).map_err(|_| {
        Problem::new(Code::Syntax, "the query cannot be read")
            .help("write NAME=VALUE, with & between several")
    })?;
    let body = match route.body {
        Some(_) => body(service, request.headers(), payload).await?,
        None => Bytes::new(),
    };
    if let Some(Body::Json(_)) = route.body {
        must_be_json(request.headers())?;
    }
    // They say more of what is put on record, which no route answers that quickly.
    let headers = match (route.body, route.run) {
        (None, _) | (_, Run::Here(_) | Run::BySize(_)) => HeaderMap::new(),
        _ => request.headers().clone(),
    };
    let published = service.published.load_full();
    let (service, door) = (Arc::clone(service), Arc::clone(door));
    let run = route.run;
    let mut call = Call { service, published, door, caller, path, query, headers, body };
    call.confine()?;
    match run {
        Run::Here(run) => run(&call),
        Run::BySize(run) if call.body.len() <= SHORT => run(&call),
        Run::When(run) => {
            let patience = call.service.limits.answer;
            in_time(patience, run(call)).await?
        }
        Run::BySize(run) | Run::Aside(run) => {
            let service = Arc::clone(&call.service);
            let turn = service.limits.turn().await?;
            let work = aside(move || {
                // The turn ends with the work, whether or not somebody still waits for it.
                let _turn = turn;
                run(&call)
            });
            in_time(service.limits.answer, work).await?
        }
    }
}

/// What stands in the address, by the names of its parameters.
fn path(request: &HttpRequest) -> Result<BTreeMap<String, String>, Refusal> {
    let decoded = |text: &str| match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(Problem::new(Code::NotUtf8, "the address is not UTF-8")),
    };
    let parameters = request.match_info().iter();
    parameters.map(|(name, text)| Ok((name.to_owned(), decoded(text)?))).collect()
}

async fn in_time<T>(patience: Duration, work: impl Future<Output = T>) -> Result<T, Refusal> {
    timeout(patience, work).await.map_err(|_| {
        let message = format!("there was no answer within {} s", patience.as_secs());
        Refusal::from(Problem::new(Code::Overloaded, message)).retry_after(patience)
    })
}

/// The whole body, as long as it is not too long and does not take too long.
async fn body(service: &Service, headers: &HeaderMap, payload: Payload) -> Result<Bytes, Refusal> {
    let limits = &service.limits;
    let too_long = || {
        let message = format!("the body is longer than {} bytes", limits.body_bytes);
        Problem::new(Code::TooLarge, message).help("send it in parts")
    };
    // Whoever says so beforehand need not send it.
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length > limits.body_bytes) {
        return Err(too_long().into());
    }
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| coding.as_bytes() != b"identity") {
        let problem = Problem::new(Code::UnknownFormat, "a body is read as it is, not compressed");
        return Err(problem.field("Content-Encoding").into());
    }
    let read = payload.to_bytes_limited(limits.body_bytes);
    let Ok(read) = timeout(limits.arrival, read).await else {
        let message = format!("the body did not arrive within {} s", limits.arrival.as_secs());
        return Err(Problem::new(Code::TooSlow, message).into());
    };
    match read {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Problem::new(Code::Syntax, "the body broke off").into()),
        Err(_) => Err(too_long().into()),
    }
}

/// Whether a media type says JSON; none at all is taken for it.
fn must_be_json(headers: &HeaderMap) -> Result<(), Refusal> {
    match media(headers).as_deref() {
        None | Some(JSON) => Ok(()),
        Some(other) => {
            let message = format!("`{}` is not read here", other.escape_debug());
            let help = format!("send {JSON}");
            Err(Problem::new(Code::UnknownFormat, message).help(help).into())
        }
    }
}

/// With the headers that every answer has.
fn dressed(mut response: HttpResponse, service: &Service) -> HttpResponse {
    let is_page = response
        .headers()
        .get(actix_web::http::header::CONTENT_TYPE)
        .is_some_and(|media| media.as_bytes() == HTML.as_bytes());
    let headers = response.headers_mut();
    let policy = if is_page { PAGE_POLICY } else { POLICY };
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PROGRAM, service.published.load().version.clone());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_local() {
        for host in
            ["localhost", "LOCALHOST:8080", "127.0.0.1:80", "127.8.9.1", "[::1]:8080", "[::1]"]
        {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com:80",
            "10.0.0.1",
            "[::2]:1",
            "0.0.0.0",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }
}

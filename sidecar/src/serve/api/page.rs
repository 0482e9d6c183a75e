//! Pages for people: what runs here, and how to use it. They load nothing from anywhere.

use std::fmt::Write;
use std::net::SocketAddr;

use super::fields::Field;
use super::openapi::{codes, description};
use super::{Body, Group};
use crate::output::grouped;
use crate::serve::access::roles::Role;
use crate::serve::doors::{Door, Doors};
use crate::serve::service::Published;

const STYLE: &str = "
:root { color-scheme: light dark; --soft: #8884; --accent: #2a6f4e; }
@media (prefers-color-scheme: dark) { :root { --accent: #7fd1a8; } }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 54rem; margin: 2.5rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { margin-top: 2.6rem; font-size: 1.25rem; }
h3 { margin: 1.6rem 0 .2rem; font-size: 1rem; } p { margin: .3rem 0; }
a { color: var(--accent); } code, pre { font: .9em/1.5 ui-monospace, monospace; }
pre { background: var(--soft); padding: .8rem 1rem; border-radius: .4rem; overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; width: 100%; font-size: .94rem; }
td, th { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--soft); }
.verb { display: inline-block; min-width: 3.2rem; font-weight: 700; color: var(--accent); }
.soft { opacity: .75; } .warn { border-left: .3rem solid #c62; padding-left: .8rem; }
";

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escaped(title)
    )
}

/// Text in a page, with what is code in backticks.
fn prose(text: &str) -> String {
    let parts = escaped(text);
    parts
        .split('`')
        .enumerate()
        .map(|(number, part)| match number % 2 {
            0 => part.to_owned(),
            _ => format!("<code>{part}</code>"),
        })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What there is to say of a service that runs.
pub(crate) struct Running<'a> {
    pub(crate) published: &'a Published,
    pub(crate) address: Option<SocketAddr>,
    pub(crate) events: u64,
    /// Whether callers need a key.
    pub(crate) locked: bool,
    /// Why it does not do all that it should.
    pub(crate) degraded: Option<&'a str>,
}

/// What runs here.
pub(crate) fn first(running: &Running<'_>) -> String {
    let Running { published, address, events, locked, degraded } = running;
    let program = &published.program;
    let address = address.map_or_else(String::new, |address| format!("http://{address}"));
    let name = escaped(program.name());
    let on = program.rules().iter().filter(|rule| rule.enabled()).count();
    let events = grouped(i64::try_from(*events).unwrap_or(i64::MAX));
    let doors = match locked {
        true => "Callers need a key.",
        false => {
            "There are no keys: whoever is on this machine may do everything, and nobody else comes in. \
             <code>plaudit keys new NAME --role ROLE</code> makes one."
        }
    };
    let degraded = degraded.map_or_else(String::new, |why| {
        format!(
            "<p class=\"warn\"><strong>Degraded.</strong> {}. <a href=\"/v1/program/status\">How the \
             program does</a></p>\n",
            escaped(why)
        )
    });
    let body = format!(
        "<h1>{name}</h1>\n<p class=\"soft\">Plaudit {} serves this program.</p>\n{degraded}\
         <table>\n<tr><th>Rules</th><td>{on} switched on, of {}</td></tr>\n\
         <tr><th>Version</th><td><code>{}</code>, since {}</td></tr>\n\
         <tr><th>On record</th><td>{events} events</td></tr>\n</table>\n<p>{doors}</p>\n\
         <h2>Where to go</h2>\n<p><a href=\"/docs\">What can be asked, and how</a> · \
         <a href=\"/openapi.json\">the same for programs</a> · \
         <a href=\"/health/ready\">health</a> · <a href=\"/metrics\">metrics</a></p>\n\
         <h2>Check a draft</h2>\n<pre>curl -s {address}/v1/check -H 'content-type: application/json' \\\n  \
         -d '{{\"post\": {{\"text\": \"Our new mixer is simply the best.\"}}}}'</pre>\n",
        env!("CARGO_PKG_VERSION"),
        program.rules().len(),
        &program.version()[..program.version().len().min(12)],
        published.since,
    );
    page(program.name(), &body)
}

/// All routes, with what they take and give.
pub(crate) fn documentation(doors: &Doors) -> String {
    let mut body = String::from(
        "<h1>Plaudit over HTTP</h1>\n<p>Every decision carries its evidence. Documents are canonical \
         JSON. <a href=\"/openapi.json\">openapi.json</a> says the same for programs, with all \
         schemas.</p>\n<p>Times are such as <code>2026-07-01T09:00:00+02:00</code>, or dates in the \
         program's time zone.</p>\n",
    );
    for group in Group::ALL {
        let _ = write!(body, "<h2>{}</h2>\n<p>{}</p>\n", group.name(), prose(group.about()));
        for door in doors.all.iter().filter(|door| door.route.group == group) {
            body.push_str(&route(door));
        }
    }
    body.push_str(
        "<h2>Keys</h2>\n<p>A caller sends <code>Authorization: Bearer KEY</code>. What a key \
                   may depends on its role:</p>\n<table>\n<tr><th>Role</th><th>May</th></tr>\n",
    );
    for role in Role::ALL {
        let scopes: Vec<&str> = role.scopes().iter().map(|scope| scope.name()).collect();
        let _ = writeln!(
            body,
            "<tr><td><code>{}</code></td><td>{}</td></tr>",
            role.name(),
            scopes.join(", ")
        );
    }
    body.push_str("</table>\n<h2>Refusals</h2>\n<p>What is refused is answered as \
                   <code>application/problem+json</code> (RFC 9457), with a stable \
                   <code>code</code>:</p>\n<table>\n<tr><th>Code</th><th>Status</th><th>Meaning</th></tr>\n");
    for (name, status, meaning) in codes() {
        let _ = writeln!(
            body,
            "<tr id=\"{name}\"><td><code>{name}</code></td><td>{status}</td><td>{}</td></tr>",
            prose(meaning)
        );
    }
    body.push_str("</table>\n");
    page("Plaudit over HTTP", &body)
}

fn route(door: &Door) -> String {
    let route = &door.route;
    let mut text = format!(
        "<h3><span class=\"verb\">{}</span> <code>{}</code></h3>\n<p>{}.</p>\n",
        route.method,
        escaped(route.path),
        prose(route.title),
    );
    let about = description(route);
    if !about.is_empty() {
        let _ = writeln!(text, "<p>{}</p>", prose(&about));
    }
    let query = door.parameters.iter().filter(|(name, _)| !name.is_empty());
    let rows: Vec<String> = query
        .map(|(name, field)| row(name, field, "query", &["as_of", "at"]))
        .chain(door.body.iter().map(|(name, field)| row(name, field, "body", route.fills)))
        .collect();
    if !rows.is_empty() {
        let _ = writeln!(text, "<table>\n{}</table>", rows.concat());
    }
    if let Some(Body::Records(_)) = route.body {
        text.push_str(
            "<p class=\"soft\">The body is records, in any of the formats of records.</p>\n",
        );
    }
    for answer in &route.answers {
        let _ = writeln!(
            text,
            "<p class=\"soft\">{}: {}</p>",
            answer.status.as_u16(),
            prose(answer.about)
        );
    }
    text
}

fn row(name: &str, field: &Field, place: &str, known: &[&str]) -> String {
    let about = field.schema["description"].as_str().unwrap_or_default();
    let must = if field.required && !known.contains(&name) { ", needed" } else { "" };
    format!(
        "<tr><td><code>{}</code></td><td class=\"soft\">{place}{must}</td><td>{}</td></tr>\n",
        escaped(name),
        prose(about)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_program_is_no_markup() {
        let page = page("<b>", &prose("a < b & `c > d`"));
        assert!(page.contains("<title>&lt;b&gt;</title>"));
        assert!(page.contains("a &lt; b &amp; <code>c &gt; d</code>"));
    }
}

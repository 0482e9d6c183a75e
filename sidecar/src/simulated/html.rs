//! A simulation as a page that needs nothing else: no scripts, no fonts, no pictures from anywhere.

use std::fmt::Write;

use plaudit_engine::simulation::Simulation;
use plaudit_engine::{Program, Roster};

use super::{Section, Table, heading, limits, sections};
use crate::output::{count, safe};

const STYLE: &str = "
:root { color-scheme: light dark; --soft: #8884; --accent: #2a6f4e; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --accent: #7fd1a8; --bad: #ff8a80; } }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { margin: 2.2rem 0 .3rem; font-size: 1.2rem; }
p { margin: .3rem 0; } .soft { opacity: .75; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; font-size: .94rem; }
caption { text-align: left; opacity: .75; }
td, th { text-align: left; vertical-align: top; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--soft); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
.warn { border-left: .3rem solid var(--bad); padding-left: .8rem; }
";

/// What every page begins with.
pub(crate) const PAGE_START: &str = "<!doctype html>";

/// The page of a simulation.
pub(crate) fn page(simulation: &Simulation, candidate: &Program, roster: &Roster) -> String {
    let [title, what] = heading(simulation, candidate).map(|text| escaped(&text));
    let mut body = format!("<h1>{title}</h1>\n<p class=\"soft\">{what}</p>\n");
    // Whoever is passed the page first wants to know whether it may be published.
    for section in limits(simulation).into_iter().chain(sections(simulation, candidate, roster)) {
        section_of(&mut body, &section);
    }
    format!(
        "{PAGE_START}\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
         </body>\n</html>\n"
    )
}

/// Writing to a text cannot fail.
fn section_of(body: &mut String, section: &Section) {
    let class = if section.warns { " class=\"warn\"" } else { "" };
    // The colour says nothing that is not said in words.
    let mark = if section.warns { " (look here)" } else { "" };
    let _ = writeln!(body, "<section{class}>\n<h2>{}{mark}</h2>", escaped(section.title));
    for line in &section.lines {
        let _ = writeln!(body, "<p>{}</p>", escaped(line));
    }
    if let Some(table) = &section.table {
        table_of(body, section.title, table);
    }
    body.push_str("</section>\n");
}

fn table_of(body: &mut String, title: &str, table: &Table) {
    let class = |column: usize| if table.right[column] { " class=\"number\"" } else { "" };
    let _ = writeln!(
        body,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">\n<table>\n<thead><tr>",
        escaped(title)
    );
    for (column, name) in table.header.iter().enumerate() {
        let _ = write!(body, "<th scope=\"col\"{}>{}</th>", class(column), escaped(name));
    }
    body.push_str("</tr></thead>\n<tbody>\n");
    for row in &table.rows {
        body.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let (open, close) = match column {
                0 => ("th scope=\"row\"", "th"),
                _ => ("td", "td"),
            };
            let _ = write!(body, "<{open}{}>{}</{close}>", class(column), escaped(cell));
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</tbody>\n</table>\n</div>\n");
    if table.more > 0 {
        let _ = writeln!(body, "<p class=\"soft\">… and {}</p>", count(table.more, "more", "more"));
    }
}

/// Text in a page; signs that turn what is read around are shown by name, as on a terminal.
fn escaped(text: &str) -> String {
    let text = safe(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_text_and_never_markup_of_others() {
        let mut body = String::new();
        let table = Table {
            header: &["who"],
            right: &[false],
            rows: vec![vec!["<script>alert(1)</script>\u{202e}".to_owned()]],
            more: 3,
        };
        let lines = vec!["a \"b\" & <i>c</i>".to_owned()];
        section_of(&mut body, &Section { title: "People", lines, table: Some(table), warns: true });
        assert!(!body.contains("<script") && !body.contains("<i>") && !body.contains('\u{202e}'));
        assert!(body.contains("&lt;script&gt;") && body.contains("… and 3 more"), "{body}");
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}

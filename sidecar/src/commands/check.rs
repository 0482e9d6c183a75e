//! `plaudit check`: what the guidelines say of posts, the offending words marked.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use plaudit_engine::guidelines::{Finding, Outcome};
use plaudit_engine::live::Live;
use plaudit_engine::requests::Looking;
use plaudit_engine::severity::Severity;
use plaudit_engine::{Error, Post, Program, Verdict, canonical};

use crate::cli::{Check, FailOn, Records};
use crate::input::{self, Failure, Loaded, Named};
use crate::output::{BOLD, DIM, Exit, GREEN, RED, YELLOW, because, count, safe, styled};

pub(super) fn run(directory: &Path, options: &Check) -> Result<Exit, Failure> {
    let program = Arc::new(options.ways.of(input::program(directory)?));
    let Records { people, journal, assume_consent, .. } = &options.records;
    let loaded = input::records(&options.records)?;
    // A journal is looked back on as the service does, files as what comes along with a question.
    let verdicts = if journal.is_some() {
        let Loaded { log, people } = loaded;
        let live = Live::over(Arc::clone(&program), people, log, *assume_consent);
        verdicts(options, &program, &|post, at| live.check(post, at))?
    } else {
        let records = plaudit_engine::Records {
            log: &loaded.log,
            people: &loaded.people,
            as_of: Timestamp::MAX,
            assume_consent: *assume_consent,
        };
        let looking = Looking::back(&program, &records, people.is_some());
        verdicts(options, &program, &|post, at| looking.check(post, at))?
    };
    let mut output = anstream::stdout();
    for (named, verdict) in &verdicts {
        if options.json {
            writeln!(output, "{}", canonical(verdict)?)?;
        } else {
            print(&mut output, &program, named, verdict)?;
        }
    }
    options.ways.tell(&program)?;
    let worst = verdicts.iter().map(|(_, verdict)| verdict.verdict).max().unwrap_or(Outcome::Clear);
    let fails = match options.fail_on {
        FailOn::Advise => worst >= Outcome::Worst(Severity::Advise),
        FailOn::Revise => worst >= Outcome::Worst(Severity::Revise),
        FailOn::Review => worst >= Outcome::Worst(Severity::Review),
        FailOn::Block => worst >= Outcome::Worst(Severity::Block),
        FailOn::Never => false,
    };
    // The process ends: what a program takes is given back at once.
    std::mem::forget(program);
    Ok(if fails { Exit::No } else { Exit::Success })
}

/// All verdicts before the first is printed: a batch is checked whole or not at all.
fn verdicts(
    options: &Check,
    program: &Program,
    check: &dyn Fn(&Post, Timestamp) -> Result<Verdict, Error>,
) -> Result<Vec<(Named, Verdict)>, Failure> {
    let asked = options.at.map(|when| when.instant(program));
    let now = input::now();
    let mut verdicts = Vec::new();
    for mut named in posts(options)? {
        let post = &mut named.post;
        let or = |field: &mut Option<Arc<str>>, option: &Option<String>| {
            if field.is_none() {
                *field = option.as_deref().map(Arc::from);
            }
        };
        or(&mut post.channel, &options.channel);
        or(&mut post.language, &options.language);
        or(&mut post.author, &options.author);
        let at = post.at.or(asked).unwrap_or(now);
        let verdict = check(post, at).map_err(|error| in_file(error, &named.name))?;
        verdicts.push((named, verdict));
    }
    Ok(verdicts)
}

fn posts(options: &Check) -> Result<Vec<Named>, Failure> {
    if let Some(text) = &options.text {
        let name = "--text".to_owned();
        return Ok(vec![Named { post: input::text_post(text, &name)?, name }]);
    }
    let mut posts = Vec::new();
    for file in &options.files {
        posts.extend(input::posts(file)?);
    }
    Ok(posts)
}

fn in_file(error: Error, name: &str) -> Failure {
    let first = error.problems().first().filter(|problem| problem.file.is_none()).cloned();
    first.map_or(Failure::Engine(error), |problem| problem.file(name).into())
}

fn print(
    output: &mut impl Write,
    program: &Program,
    named: &Named,
    verdict: &Verdict,
) -> std::io::Result<()> {
    let outcome = verdict.verdict;
    let name = verdict
        .post
        .as_deref()
        .map_or_else(|| safe(&named.name), |id| format!("{} ({})", safe(&named.name), safe(id)));
    let shown = styled(colour(outcome), outcome.name());
    let findings = count(verdict.findings.len(), "finding", "findings");
    writeln!(output, "{}: {shown}, {findings}", styled(BOLD, name))?;
    if verdict.protected {
        let so = match verdict.findings.is_empty() {
            true => "most guidelines do not look at it.",
            false => "what follows is advice only.",
        };
        writeln!(output, "  It talks of working conditions. Such talk is protected: {so}")?;
    }
    if !verdict.without_words.is_empty() {
        let rules: Vec<String> = verdict.without_words.iter().map(|rule| safe(rule)).collect();
        writeln!(
            output,
            "  It is written in `{}`, for which some word lists of these rules have nothing, so that \
             they saw less of it: {}.",
            safe(&verdict.language),
            rules.join(", ")
        )?;
    }
    writeln!(output)?;
    for line in marked(&named.post.text, &verdict.findings).lines() {
        writeln!(output, "    {line}")?;
    }
    writeln!(output)?;
    for finding in &verdict.findings {
        print_finding(output, &named.post.text, finding)?;
    }
    for fault in &verdict.faults {
        writeln!(
            output,
            "  {} The rule {} failed, so a person must look at the post.",
            styled(RED, "fault  "),
            fault.rule
        )?;
        let place = match (&fault.file, fault.line) {
            (Some(file), Some(line)) => format!(" ({file}:{line})"),
            _ => String::new(),
        };
        writeln!(output, "          {}{place}", safe(&fault.message))?;
        writeln!(output)?;
    }
    if outcome == Outcome::Clear {
        writeln!(output, "  Nothing to improve by the rules of {}.", safe(program.name()))?;
        writeln!(output)?;
    }
    Ok(())
}

fn print_finding(output: &mut impl Write, text: &str, finding: &Finding) -> std::io::Result<()> {
    let severity = format!("{:<7}", finding.severity.name());
    writeln!(
        output,
        "  {} {} {}",
        styled(colour(Outcome::Worst(finding.severity)), severity),
        styled(BOLD, safe(&finding.title)),
        styled(DIM, format!("({})", finding.rule)),
    )?;
    writeln!(output, "          {}", safe(&finding.message))?;
    if let Some(suggestion) = &finding.suggestion {
        writeln!(output, "          Try: {}", safe(suggestion))?;
    }
    let mut words: Vec<String> = finding
        .spans
        .iter()
        .map(|span| format!("“{}”", safe(&text[span.start..span.end])))
        .collect();
    words.dedup();
    if !words.is_empty() {
        writeln!(output, "          At: {}", words.join(", "))?;
    }
    if !finding.help.is_empty() {
        writeln!(output, "          Why: {}", safe(&finding.help.replace("\n\n", " ")))?;
    }
    if !finding.evidence.is_empty() {
        writeln!(
            output,
            "          {}",
            styled(DIM, format!("Read: {}", because(&finding.evidence)))
        )?;
    }
    writeln!(output)
}

const fn colour(outcome: Outcome) -> anstyle::Style {
    match outcome {
        Outcome::Clear => GREEN,
        Outcome::Worst(Severity::Advise | Severity::Revise) => YELLOW,
        Outcome::Worst(Severity::Review | Severity::Block) => RED,
    }
}

/// The text with every place that a finding points at between ⟦ and ⟧.
fn marked(text: &str, findings: &[Finding]) -> String {
    let mut places: Vec<(usize, usize)> = findings
        .iter()
        .flat_map(|finding| finding.spans.iter().map(|span| (span.start, span.end)))
        .collect();
    places.sort_unstable();
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (start, end) in places {
        match merged.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            _ => merged.push((start, end)),
        }
    }
    let mut shown = String::new();
    let mut at = 0;
    for (start, end) in merged {
        shown.push_str(&safe(&text[at..start]));
        shown.push_str(&styled(YELLOW, format!("⟦{}⟧", safe(&text[start..end]))));
        at = end;
    }
    shown.push_str(&safe(&text[at..]));
    shown
}

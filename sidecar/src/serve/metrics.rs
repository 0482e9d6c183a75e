//! Figures of running for Prometheus: by route and by rule, never by person.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use actix_web::http::StatusCode;
use plaudit_engine::journal::{Receipt, Taken};
use plaudit_engine::{Stats, Verdict};
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry, Unit};

/// The upper ends of the classes of duration, in seconds.
const CLASSES: [f64; 12] =
    [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Found {
    rule: String,
    severity: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Rule {
    rule: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Result {
    result: &'static str,
}

/// All figures.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Route, Histogram>,
    verdicts: Family<Result, Counter>,
    findings: Family<Found, Counter>,
    faults: Family<Rule, Counter>,
    events: Family<Result, Counter>,
    reloads: Family<Result, Counter>,
    awards: Family<Result, Counter>,
    /// 1 while the program of the directory is not the one that is served.
    degraded: Gauge,
    pub(crate) logged: Counter,
    pub(crate) dropped: Counter,
    events_on_record: Gauge<u64, AtomicU64>,
    events_behind: Gauge<u64, AtomicU64>,
    seconds_behind: Gauge<f64, AtomicU64>,
    publication: Gauge<u64, AtomicU64>,
    /// Of the program that is served: another one begins anew.
    rule_calls: Gauge<u64, AtomicU64>,
    rule_calls_in_rhai: Gauge<u64, AtomicU64>,
    rule_steps: Gauge<u64, AtomicU64>,
}

/// How far the journal is followed.
pub(crate) struct Followed {
    /// How many events are on record, as far as is known.
    pub(crate) on_record: u64,
    /// How many of them are not known here yet.
    pub(crate) behind: u64,
    /// How long ago everything was known.
    pub(crate) since: Duration,
    /// The number of the published program that is served.
    pub(crate) publication: u64,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("plaudit");
        let durations = Family::new_with_constructor((|| Histogram::new(CLASSES)) as fn() -> _);
        registry.register_with_unit(
            "request_duration",
            "How long answers took, by route",
            Unit::Seconds,
            durations.clone(),
        );
        let to = &mut registry;
        Self {
            requests: told(to, "requests", "Requests, by route and status"),
            durations,
            verdicts: told(to, "verdicts", "Checked posts, by verdict"),
            findings: told(to, "findings", "Findings in checked posts, by rule and severity"),
            faults: told(to, "faults", "Rules that failed on checked posts"),
            events: told(to, "events", "Events that were sent, by what became of them"),
            reloads: told(to, "reloads", "Programs that were taken up, or not"),
            awards: told(to, "award_runs", "Scheduled award runs"),
            degraded: told(
                to,
                "degraded",
                "1 while an older program is served than the directory has",
            ),
            logged: told(to, "decisions_logged", "Checks in the decision log"),
            dropped: told(to, "decisions_dropped", "Checks that the decision log lost"),
            events_on_record: told(to, "events_on_record", "Events in the journal"),
            events_behind: told(
                to,
                "journal_events_behind",
                "Events in the journal that this process does not answer by yet",
            ),
            seconds_behind: told(
                to,
                "journal_seconds_behind",
                "Seconds since this process had last read the journal to its end",
            ),
            publication: told(
                to,
                "program_publication",
                "Number of the published program that is served; 0 for that of a directory",
            ),
            rule_calls: told(to, "rule_calls", "Calls of rules since the program was taken up"),
            rule_calls_in_rhai: told(
                to,
                "rule_calls_in_rhai",
                "Calls of rules that the interpreter answered, since the program was taken up",
            ),
            rule_steps: told(
                to,
                "rule_steps_bytes",
                "About how much memory the steps of rules take that need no interpreter",
            ),
            registry,
        }
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, route: &'static str, status: StatusCode, took: Duration) {
        self.requests.get_or_create(&Answered { route, status: status.as_u16() }).inc();
        self.durations.get_or_create(&Route { route }).observe(took.as_secs_f64());
    }

    /// Counts a verdict and what it is made of.
    pub(crate) fn checked(&self, verdict: &Verdict) {
        let result = verdict.verdict.name();
        self.verdicts.get_or_create(&Result { result }).inc();
        for finding in &verdict.findings {
            let (rule, severity) = (finding.rule.to_string(), finding.severity.name());
            self.findings.get_or_create(&Found { rule, severity }).inc();
        }
        for fault in &verdict.faults {
            self.faults.get_or_create(&Rule { rule: fault.rule.to_string() }).inc();
        }
    }

    /// Counts events by what became of them.
    pub(crate) fn recorded(&self, receipts: &[Receipt]) {
        for result in [Taken::Recorded, Taken::Known, Taken::Refused, Taken::LeftOut] {
            let count = receipts.iter().filter(|receipt| receipt.result == result).count() as u64;
            if count > 0 {
                self.events.get_or_create(&Result { result: name(result) }).inc_by(count);
            }
        }
    }

    /// Counts a program that was taken up, or not.
    pub(crate) fn reloaded(&self, good: bool) {
        self.degraded.set(i64::from(!good));
        let result = if good { "taken_up" } else { "refused" };
        self.reloads.get_or_create(&Result { result }).inc();
    }

    /// Counts a scheduled award run.
    pub(crate) fn awarded(&self, good: bool) {
        let result = if good { "done" } else { "failed" };
        self.awards.get_or_create(&Result { result }).inc();
    }

    /// Everything, as Prometheus reads it.
    pub(crate) fn told(&self, followed: &Followed, stats: &Stats) -> String {
        self.events_on_record.set(followed.on_record);
        self.events_behind.set(followed.behind);
        self.seconds_behind.set(followed.since.as_secs_f64());
        self.publication.set(followed.publication);
        self.rule_calls.set(stats.calls);
        self.rule_calls_in_rhai.set(stats.in_rhai);
        self.rule_steps.set(stats.bytes as u64);
        let mut text = String::new();
        // Writing into memory does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// A figure that the registry tells, too, from nothing on.
fn told<M: Metric + Clone + Default>(to: &mut Registry, name: &str, help: &str) -> M {
    let figure = M::default();
    to.register(name, help, figure.clone());
    figure
}

fn name(result: Taken) -> &'static str {
    match result {
        Taken::Recorded => "recorded",
        Taken::Known => "known",
        Taken::Refused => "refused",
        Taken::LeftOut => "left_out",
    }
}

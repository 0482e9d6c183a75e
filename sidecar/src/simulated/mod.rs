//! A simulation in words and tables, which the terminal and the HTML report show alike: here is what
//! they say, in `html` how a page of it looks. Instants are shown by the clock of the candidate.

mod html;

use plaudit_engine::simulation::{
    Became, BoardChanges, CostChange, EntitlementChanges, GrantChange, LevelChanges, Numbers, Part,
    PeopleChanges, PersonChange, PlaceChange, PostChanges, RewardCount, RuleChange, RuleChanges,
    Said, SettingChange, Simulation, Swing, Totals,
};
use plaudit_engine::standings::Withheld;
use plaudit_engine::subjects::Subject;
use plaudit_engine::{Program, Roster};

pub(crate) use self::html::{PAGE_START, page};
use crate::input::clock;
use crate::output::{count, grouped};

/// One thing that there is to say, with a table of it. The text is as it came: who shows it makes it
/// harmless.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) lines: Vec<String>,
    pub(crate) table: Option<Table>,
    /// Whether it says that something is not as it should be.
    pub(crate) warns: bool,
}

/// A table with a row for each thing.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) header: &'static [&'static str],
    /// Which columns are numbers.
    pub(crate) right: &'static [bool],
    pub(crate) rows: Vec<Vec<String>>,
    /// How many more things there are.
    pub(crate) more: usize,
}

/// What a simulation is about, in one line, and as of when in another.
pub(crate) fn heading(simulation: &Simulation, candidate: &Program) -> [String; 2] {
    let title = match &simulation.only {
        Some(rule) => format!("{}: what the rule {rule} does", candidate.name()),
        None => format!("{}: what the change would do", candidate.name()),
    };
    let version = |version: &str| version[..version.len().min(12)].to_owned();
    let what = format!(
        "program {} beside {}, by what happened before {}",
        version(&simulation.origin.program),
        version(&simulation.against.program),
        clock(candidate, simulation.origin.as_of),
    );
    [title, what]
}

/// All that there is to say; of limits, [`limits`] does.
pub(crate) fn sections(
    simulation: &Simulation,
    candidate: &Program,
    roster: &Roster,
) -> Vec<Section> {
    let whole = Words { candidate, roster };
    let mut sections = vec![summary(simulation)];
    sections.extend(settings(&simulation.settings));
    sections.extend(files(simulation));
    sections.extend(simulation.people.as_ref().map(|people| whole.people(people)));
    sections.extend(simulation.levels.as_ref().map(|levels| whole.levels(levels)));
    sections.extend(simulation.board.as_ref().map(|board| whole.board(board, simulation)));
    if !simulation.rules.is_empty() {
        sections.push(rules(&simulation.rules));
    }
    if !simulation.entitlements.is_empty() {
        sections.push(whole.entitlements(&simulation.entitlements));
    }
    sections.extend(simulation.cost.as_ref().map(cost));
    sections.extend(simulation.posts.as_ref().map(|posts| whole.posts(posts)));
    sections.extend(faults(simulation));
    sections.extend(withheld(simulation));
    // Where figures are withheld, nothing may be left to say under a heading.
    sections.retain(|section| !section.lines.is_empty() || section.table.is_some());
    sections
}

fn section(
    title: &'static str,
    lines: Vec<String>,
    header: &'static [&'static str],
    right: &'static [bool],
    rows: Vec<Vec<String>>,
    more: usize,
) -> Section {
    let table = (!rows.is_empty()).then_some(Table { header, right, rows, more });
    Section { title, lines, table, warns: false }
}

fn summary(simulation: &Simulation) -> Section {
    let mut lines = Vec::new();
    if simulation.differs == Some(false) {
        let others = [
            (simulation.settings.len(), "setting", "settings"),
            (simulation.files.len(), "file", "files"),
        ];
        let others = others.into_iter().filter(|(number, ..)| *number > 0);
        let many = simulation.settings.len() + simulation.files.len();
        let others: Vec<String> =
            others.map(|(number, one, more)| count(number, one, more)).collect();
        lines.push(match (others.join(" and "), many) {
            (_, 0) => "Nothing would be different for anybody.".to_owned(),
            (others, 1) => format!("Nothing would be different for anybody; {others} is another."),
            (others, _) => format!("Nothing would be different for anybody; {others} are others."),
        });
    }
    if simulation.origin.assumed_consent {
        lines.push("People without a consent on record are taken for willing.".to_owned());
    }
    let rows = simulation.totals.as_ref().map(|Totals { before, after }| {
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let numbers = [
            ("points", before.points, after.points),
            ("activities that count", number(before.activities), number(after.activities)),
            ("people with any", number(before.advocates), number(after.advocates)),
        ];
        let row = |(what, before, after): (&str, i64, i64)| {
            vec![what.to_owned(), grouped(before), grouped(after), signed(after - before)]
        };
        numbers.into_iter().map(row).collect()
    });
    let header = &["in all", "before", "after", "change"];
    section("In all", lines, header, &[false, true, true, true], rows.unwrap_or_default(), 0)
}

/// The settings that are others.
fn settings(settings: &[SettingChange]) -> Option<Section> {
    let value = |value: &Option<std::sync::Arc<str>>| {
        value.as_deref().map_or_else(|| "not set".to_owned(), str::to_owned)
    };
    let row = |setting: &SettingChange| {
        vec![setting.setting.to_string(), value(&setting.before), value(&setting.after)]
    };
    let rows = settings.iter().map(row).collect();
    let header = &["setting", "before", "after"];
    (!settings.is_empty()).then(|| section("Settings", Vec::new(), header, &[false; 3], rows, 0))
}

/// Word lists, patterns and libraries that are others.
fn files(simulation: &Simulation) -> Option<Section> {
    let row = |file: &plaudit_engine::simulation::FileChange| {
        let became = match file.change {
            Became::New => "new",
            Became::Gone => "gone",
            Became::Changed => "changed",
        };
        vec![file.path.to_string(), became.to_owned()]
    };
    let rows = simulation.files.iter().map(row).collect();
    let title = "Word lists, patterns and libraries";
    (!simulation.files.is_empty())
        .then(|| section(title, Vec::new(), &["file", "is"], &[false; 2], rows, 0))
}

/// So many people, and what they do.
fn moves(people: usize, one: &str, many: &str) -> String {
    match people {
        0 => format!("Nobody {one}"),
        1 => format!("1 person {one}"),
        more => format!("{} {many}", count(more, "person", "people")),
    }
}

/// A number with its sign.
fn signed(number: i64) -> String {
    match number {
        0 => "0".to_owned(),
        more if more > 0 => format!("+{}", grouped(more)),
        fewer => grouped(fewer),
    }
}

fn change(numbers: Numbers) -> String {
    signed(numbers.after - numbers.before)
}

fn rank(rank: Option<usize>) -> String {
    rank.map_or_else(|| "not listed".to_owned(), |rank| rank.to_string())
}

fn level(level: Option<&str>) -> String {
    level.unwrap_or("none").to_owned()
}

/// What became of a rule, in a word.
fn became(rule: &RuleChanges) -> String {
    let word = match rule.change {
        RuleChange::New => "new",
        RuleChange::Gone => "gone",
        RuleChange::Changed => "changed",
        RuleChange::Same => "the same",
    };
    match &rule.was {
        Some(was) => format!("{word}, was {was}"),
        None => word.to_owned(),
    }
}

fn rules(rules: &[RuleChanges]) -> Section {
    let row = |rule: &RuleChanges| {
        let what =
            [(rule.points, "points"), (rule.posts, "posts"), (rule.entitlements, "entitlements")];
        let given = what.into_iter().find_map(|(numbers, what)| Some((numbers?, what)));
        let (before, after, change) = match given {
            Some((numbers, what)) => (
                format!("{} {what}", grouped(numbers.before)),
                grouped(numbers.after),
                change(numbers),
            ),
            None => Default::default(),
        };
        let people = rule.people.map(|people| grouped(i64::try_from(people).unwrap_or(i64::MAX)));
        let people = people.unwrap_or_default();
        vec![
            rule.rule.to_string(),
            rule.folder.to_owned(),
            became(rule),
            before,
            after,
            change,
            people,
        ]
    };
    let header = &["rule", "folder", "is", "before", "after", "change", "people"];
    let right = &[false, false, false, true, true, true, true];
    section("Rules", Vec::new(), header, right, rules.iter().map(row).collect(), 0)
}

fn cost(cost: &CostChange) -> Section {
    let money = |amount: i64, currency: Option<&str>| match currency {
        Some(currency) => format!("{} {currency}", grouped(amount)),
        None => grouped(amount),
    };
    let rewards = |rewards: &RewardCount| {
        let amount = money(rewards.amount, rewards.currency.as_deref());
        format!("{} for {amount}", count(rewards.count, "reward", "rewards"))
    };
    let budget = money(cost.budget, cost.after.currency.as_deref());
    let budget = match cost.budget_count {
        Some(most) => format!(
            "{budget} and {}",
            count(usize::try_from(most).unwrap_or(0), "reward", "rewards")
        ),
        None => budget,
    };
    let lines = vec![
        format!(
            "People and teams are entitled to {}, and would be to {}.",
            rewards(&cost.before),
            rewards(&cost.after)
        ),
        match cost.over {
            true => format!("That is more than the budget of {budget}."),
            false => format!("The budget is {budget}."),
        },
    ];
    Section { title: "Rewards", lines, table: None, warns: cost.over }
}

fn faults(simulation: &Simulation) -> Option<Section> {
    let line = |fault: &plaudit_engine::simulation::RuleFault| {
        let place = match (&fault.fault.file, fault.fault.line) {
            (Some(file), Some(line)) => format!(" at {file}:{line}"),
            _ => String::new(),
        };
        let times = count(fault.count, "time", "times");
        format!("The rule {} failed {times}: {}{place}", fault.fault.rule, fault.fault.message)
    };
    let lines: Vec<String> = simulation.faults.iter().map(line).collect();
    (!lines.is_empty()).then_some(Section {
        title: "Rules that fail",
        lines,
        table: None,
        warns: true,
    })
}

fn withheld(simulation: &Simulation) -> Option<Section> {
    let line = |part: &plaudit_engine::simulation::WithheldPart| {
        let what = match part.part {
            Part::All => "Nothing is told",
            Part::Names => "Nobody is named, and no post",
            Part::Points => "Totals and how many gain and lose are not told",
            Part::Levels => "Levels are not told",
            Part::Board => "The board is not told",
            Part::Scoring => "What scoring rules give is not told",
            Part::Entitlements => "What people are entitled to is not told",
            Part::Cost => "What rewards come to is not told",
            Part::Posts => "Posts are not told",
        };
        let why = match part.why {
            Withheld::SmallGroup => "it would tell of too few people",
            Withheld::AggregateOnly => "figures are shown of groups only",
        };
        format!("{what}: {why}.")
    };
    let lines: Vec<String> = simulation.withheld.iter().map(line).collect();
    (!lines.is_empty()).then_some(Section { title: "Withheld", lines, table: None, warns: false })
}

/// What was not to be exceeded, and whether it is.
pub(crate) fn limits(simulation: &Simulation) -> Option<Section> {
    if simulation.limits.is_empty() {
        return None;
    }
    let row = |limit: &plaudit_engine::simulation::LimitOutcome| {
        let value = match (limit.value, limit.whole, limit.of) {
            (None, ..) => "withheld".to_owned(),
            (Some(value), Some(whole), Some(of)) => {
                format!("{} of {}, {of}", grouped(value), grouped(whole))
            }
            (Some(value), ..) => grouped(value),
        };
        let verdict = if limit.exceeded { "exceeded" } else { "kept" };
        vec![limit.limit.clone(), value, verdict.to_owned()]
    };
    let rows = simulation.limits.iter().map(row).collect();
    let exceeded = simulation.limits.iter().filter(|limit| limit.exceeded).count();
    let verdict = match (exceeded, simulation.limits.len()) {
        (0, 1) => "Passed: the limit is kept.".to_owned(),
        (0, all) => format!("Passed: all {all} limits are kept."),
        (1, 1) => "Failed: the limit is exceeded.".to_owned(),
        (1, all) => format!("Failed: 1 of {all} limits is exceeded."),
        (some, all) => format!("Failed: {some} of {all} limits are exceeded."),
    };
    let mut lines = vec![verdict];
    if simulation.limits.iter().any(|limit| limit.value.is_none()) {
        lines.push("A figure that is withheld counts as exceeded: nobody can tell.".to_owned());
    }
    let header = &["fail if", "it is", "so it is"];
    let limits = section("Limits", lines, header, &[false, false, false], rows, 0);
    Some(Section { warns: simulation.exceeded, ..limits })
}

/// Names people as they are called, and times by the clock of the candidate.
struct Words<'a> {
    candidate: &'a Program,
    roster: &'a Roster,
}

impl Words<'_> {
    fn person(&self, id: &str) -> String {
        match self.roster.name(id) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_owned(),
        }
    }

    fn subject(&self, subject: &Subject) -> String {
        match subject {
            Subject::Advocate { advocate } => self.person(advocate),
            Subject::Team { by, team: Some(name) } => format!("{by} {name}"),
            Subject::Team { team: None, .. } => "everyone".to_owned(),
        }
    }

    fn people(&self, people: &PeopleChanges) -> Section {
        let swing = |swing: Swing, one: &str, many: &str| {
            let points = usize::try_from(swing.points).unwrap_or(usize::MAX);
            match swing.people {
                0 => format!("Nobody {one} points."),
                people => {
                    format!("{} {}.", moves(people, one, many), count(points, "point", "points"))
                }
            }
        };
        let mut lines =
            vec![swing(people.gain, "gains", "gain"), swing(people.lose, "loses", "lose")];
        if people.samples.iter().any(|person| person.place.is_some()) {
            lines.push("The place is the one on the board of the period.".to_owned());
        }
        let row = |person: &PersonChange| {
            let mut rules: Vec<(&str, i64)> =
                person.rules.iter().map(|(rule, points)| (&**rule, *points)).collect();
            rules.sort_by_key(|(rule, points)| (std::cmp::Reverse(points.abs()), *rule));
            let rules: Vec<String> =
                rules.iter().map(|(rule, points)| format!("{rule} {}", signed(*points))).collect();
            let step = person.level.as_ref().map(|step| {
                format!("{} → {}", level(step.before.as_deref()), level(step.after.as_deref()))
            });
            let place = person.place.as_ref();
            let place =
                place.map(|place| format!("{} → {}", rank(place.before), rank(place.after)));
            vec![
                self.person(&person.advocate),
                grouped(person.points.before),
                grouped(person.points.after),
                change(person.points),
                rules.join(", "),
                step.unwrap_or_default(),
                place.unwrap_or_default(),
            ]
        };
        let rows = people.samples.iter().map(row).collect();
        let header = &["who", "before", "after", "change", "because of", "level", "board place"];
        let right = &[false, true, true, true, false, false, false];
        section("People", lines, header, right, rows, people.more)
    }

    fn board(&self, board: &BoardChanges, simulation: &Simulation) -> Section {
        let period = simulation.origin.period.as_ref();
        let of = period.map_or_else(String::new, |period| format!(" of {}", period.name));
        let lines = vec![format!(
            "The board ranks people by their points{of}. {} to another place; {} the top ten.",
            moves(board.moved, "moves", "move"),
            moves(board.leave_top, "leaves", "leave").replace("Nobody", "nobody"),
        )];
        let row = |place: &PlaceChange| {
            let who = place.advocate.as_deref().map(|id| self.person(id)).unwrap_or_default();
            vec![who, rank(place.before), rank(place.after)]
        };
        let rows = board.top.iter().map(row).collect();
        let header = &["of the top ten", "place before", "place after"];
        section("Board", lines, header, &[false, true, true], rows, 0)
    }

    fn levels(&self, levels: &LevelChanges) -> Section {
        let mut lines = vec![format!(
            "{}. {}.",
            moves(levels.rise, "rises", "rise"),
            moves(levels.fall, "falls", "fall"),
        )];
        let step = |step: &plaudit_engine::simulation::LevelStep| {
            let who = step.advocate.as_deref().map(|id| self.person(id)).unwrap_or_default();
            format!("{who}: {} → {}", level(step.before.as_deref()), level(step.after.as_deref()))
        };
        lines.extend(levels.samples.iter().map(step));
        if levels.more > 0 && !levels.samples.is_empty() {
            lines.push(format!("… and {}", count(levels.more, "more", "more")));
        }
        let row = |count: &plaudit_engine::simulation::LevelCount| {
            let people = count.people;
            let name = level(count.level.as_deref());
            vec![name, grouped(people.before), grouped(people.after), change(people)]
        };
        let rows = levels.levels.iter().map(row).collect();
        let header = &["people with level", "before", "after", "change"];
        section("Levels", lines, header, &[false, true, true, true], rows, 0)
    }

    fn entitlements(&self, rules: &[EntitlementChanges]) -> Section {
        let mut rows = Vec::new();
        let mut lines = Vec::new();
        let mut more = 0;
        for rule in rules {
            let all = [(rule.come, "come"), (rule.go, "go"), (rule.alter, "alter")];
            let some: Vec<String> = all
                .into_iter()
                .filter(|(many, _)| *many > 0)
                .map(|(many, what)| {
                    format!("{} {what}", grouped(i64::try_from(many).unwrap_or(i64::MAX)))
                })
                .collect();
            lines.push(format!("{}: {}.", rule.rule, some.join(", ")));
            more += rule.more;
            for sample in &rule.samples {
                let what = match sample.change {
                    GrantChange::Comes => "comes",
                    GrantChange::Goes => "goes",
                    GrantChange::Alters => "alters",
                };
                let amount = sample.amount.map(|amount| match sample.change {
                    GrantChange::Comes => grouped(amount.after),
                    GrantChange::Goes => grouped(amount.before),
                    GrantChange::Alters => {
                        format!("{} → {}", grouped(amount.before), grouped(amount.after))
                    }
                });
                rows.push(vec![
                    self.subject(&sample.subject),
                    what.to_owned(),
                    sample.kind.to_owned(),
                    sample.key.to_string(),
                    amount.unwrap_or_default(),
                    rule.rule.to_string(),
                ]);
            }
        }
        let header = &["who", "it", "what", "key", "worth", "rule"];
        let right = &[false, false, false, false, true, false];
        section("Entitlements", lines, header, right, rows, more)
    }

    fn posts(&self, posts: &PostChanges) -> Section {
        let judged = |said: Option<plaudit_engine::guidelines::Outcome>| {
            said.map_or("not judged", plaudit_engine::guidelines::Outcome::name)
        };
        let number = |posts: usize| count(posts, "post", "posts");
        let mut lines = vec![format!(
            "Of {} judged, {} would be judged more strictly, {} more mildly, {} otherwise.",
            number(usize::try_from(posts.judged.before).unwrap_or(0)),
            posts.stricter,
            posts.milder,
            posts.otherwise,
        )];
        lines.extend(posts.verdicts.iter().map(|cell| {
            format!("{} → {}: {}", judged(cell.before), judged(cell.after), number(cell.posts))
        }));
        let said = |said: &Option<Said>| match said {
            None => "not judged".to_owned(),
            Some(said) if said.rules.is_empty() => said.verdict.name().to_owned(),
            Some(said) => format!("{} ({})", said.verdict.name(), said.rules.join(", ")),
        };
        let row = |post: &plaudit_engine::simulation::PostSample| {
            let who = self.person(&post.advocate);
            vec![
                post.id.to_string(),
                self.candidate.local_time(post.at),
                who,
                said(&post.before),
                said(&post.after),
            ]
        };
        let rows = posts.samples.iter().map(row).collect();
        let header = &["post", "at", "author", "before", "after"];
        section("Published posts", lines, header, &[false; 5], rows, posts.more)
    }
}

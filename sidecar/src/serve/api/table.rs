//! All routes there are, each declared once.

use actix_web::http::StatusCode;
use plaudit_engine::Snapshot;
use plaudit_engine::Verdict;
use plaudit_engine::awards::{Closed, Grants};
use plaudit_engine::coaching::Coaching;
use plaudit_engine::events::Event;
use plaudit_engine::journal::Receipt;
use plaudit_engine::pairing::Pairing;
use plaudit_engine::publishing::Published;
use plaudit_engine::recognition::Entitlements;
use plaudit_engine::requests as ask;
use plaudit_engine::scoring::{Explanation, Scores};
use plaudit_engine::standings::{FigureExplanation, Leaderboard, StandingDocument, TeamsDocument};
use schemars::JsonSchema;
use serde_json::Value;

use super::{Group, HTML, Route, Run};
use crate::serve::access::roles::Scope;
use crate::serve::call::Call;
use crate::serve::routes::{
    changes, checks, grants, operation, people, program, records, simulations, tokens,
};

/// One, or the other.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "it is a schema, and no value")]
enum Either<A, B> {
    One(A),
    Other(B),
}

/// What was on record before a time.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is the schema of a query")]
struct AsOf {
    /// What happened before this time is looked at; everything up to now where it is not said.
    as_of: Option<ask::When>,
}

/// One record, or a list of them.
type OneOrMore<T> = Either<T, Vec<T>>;

/// The routes of a group.
type Routes = fn() -> Vec<Route>;

/// All routes, in the order of the documentation.
pub(crate) fn routes() -> Vec<Route> {
    let groups: [(Group, Routes); 10] = [
        (Group::Checks, checks),
        (Group::Records, records),
        (Group::Figures, figures),
        (Group::Recognition, recognition),
        (Group::Corrections, corrections),
        (Group::Changes, changes),
        (Group::Program, program),
        (Group::Questions, questions),
        (Group::Access, access),
        (Group::Operation, operation),
    ];
    let routes = groups
        .into_iter()
        .flat_map(|(group, routes)| routes().into_iter().map(move |route| route.group(group)));
    routes.collect()
}

fn checks() -> Vec<Route> {
    vec![
        Route::post("/v1/check", "Check a draft", Run::Here(checks::one))
            .about(
                "The answer is the verdict with all findings, each with its rule, the rule's own words \
                 and what the rule read. Without `at` it is checked for now.",
            )
            .own(Scope::Check)
            .json::<ask::Check>()
            .answers::<Verdict>("What the guidelines say."),
        Route::post("/v1/check/batch", "Check several drafts", Run::Aside(checks::many))
            .about("Each draft has an `id` of the caller's, and in the answer a status of its own.")
            .needs(Scope::Check)
            .json::<checks::Batch<'_>>()
            .answers::<checks::Answers>("What became of each draft, in their order."),
    ]
}

fn records() -> Vec<Route> {
    let receipts = |route: Route| {
        route
            .query::<records::Recording>()
            .records::<OneOrMore<Event>>()
            .answers::<Either<Receipt, Vec<ask::Recorded>>>(
                "One event that was on record already, or a receipt for each of several.",
            )
            .also::<Receipt>(StatusCode::CREATED, "One event that is on record now.")
    };
    vec![
        receipts(Route::post("/v1/events", "Put events on record", Run::When(records::events)))
            .about(
                "One JSON object, a list of them, one a line (`application/x-ndjson`), or CloudEvents \
                 (structured, binary, batch). The same event again changes nothing. An event without \
                 `id` is known by the header `Idempotency-Key`. What needs another key than one that \
                 may `record` is refused by itself: people need `people`, points by hand `correct`; and \
                 a key that is bound to sources records, takes back and edits events of these alone \
                 (without `source` an event is of the source `local`).",
            )
            .any_key(),
        receipts(Route::post(
            "/v1/activities",
            "Put activities on record",
            Run::When(records::activities),
        ))
        .about("As `/v1/events`, for activities alone.")
        .needs(Scope::Record),
        Route::get("/v1/content", "What there is to share", Run::Aside(Call::look_up::<ask::ListContent>))
            .own(Scope::Check)
            .query::<ask::ListContent>()
            .answers::<ask::ContentOnRecord>("The content on record."),
        receipts(Route::post("/v1/content", "Put content on record", Run::When(records::content)))
            .about("As `/v1/events`, for content alone; it needs no `type`.")
            .needs(Scope::Record),
        Route::get("/v1/people", "Who is on record", Run::Aside(Call::look_up::<ask::ListPeople>))
            .about("For whoever looks after people's records: those who do not take part are there, too.")
            .needs(Scope::People)
            .query::<ask::ListPeople>()
            .answers::<ask::OnRecord>("The people."),
        receipts(Route::post("/v1/people", "Put what is new of people on record", Run::When(records::people)))
            .about("As `/v1/events`, for people alone; it needs no `type`.")
            .needs(Scope::People),
        Route::put("/v1/people", "Bring everyone in line with a complete list", Run::Aside(records::sync))
            .about(
                "A list of people, one a line, or `text/csv`. Whom the same source reported before and \
                 does not name any more has left; `dry_run` shows what would change.",
            )
            .needs(Scope::People)
            .query::<records::Sync>()
            .records::<Vec<plaudit_engine::events::Person>>()
            .answers::<Snapshot>("Who joins, changes, returns and leaves."),
        Route::get(
            "/v1/people/{advocate}/export",
            "Everything on record of a person, for that person",
            Run::Aside(Call::look_up::<ask::Disclose>),
        )
        .about(
            "What is known of them, what they did and wrote, when they opted in and out, points with \
             evidence, grants with decisions and reasons, what they object to, where others name them, \
             and which rules read what. Other people are told by numbers. In a program that shows \
             figures of single people to themselves alone it takes a token of theirs.",
        )
        .own(Scope::Export)
        .query::<ask::Disclose>()
        .answers::<plaudit_engine::ledger::Disclosure>("Their data."),
        Route::post(
            "/v1/people/{advocate}/erasure",
            "Erase what is on record of a person",
            Run::Aside(people::erase),
        )
        .about(
            "For good: events about them become tombstones, their names are taken out of others' \
             events, and nothing about them is taken in again (`410`). Whoever follows `/v1/changes` \
             sees an event of type `erasure`, forgets what is known, and reads from the beginning.",
        )
        .needs(Scope::Erase)
        .json::<ask::Erase>()
        .fills(&["at", "by"])
        .answers::<plaudit_engine::ledger::ErasedDocument>("How much was erased; not whose."),
        Route::post(
            "/v1/journal/retention",
            "Take out what is past its age",
            Run::Aside(people::retain),
        )
        .about(
            "For good, by `[privacy.retention]` of the program: events become tombstones or have less in \
             them, and are not taken in again (`410`); everybody's points, levels and months stay. \
             `dry_run` tells what would go. Whoever follows `/v1/changes` sees an event of type \
             `erasure`, forgets what is known, and reads from the beginning.",
        )
        .needs(Scope::Erase)
        .json::<ask::Retain>()
        .fills(&["at", "by"])
        .answers::<plaudit_engine::ledger::RetainedDocument>("How much went, and what changes; no names."),
        Route::post("/v1/kudos", "Praise somebody", Run::When(records::kudos))
            .about("Praise without `id` is known by the header `Idempotency-Key`.")
            .own(Scope::Record)
            .json::<records::Kudos>()
            .answers::<Receipt>("It was on record already.")
            .also::<Receipt>(StatusCode::CREATED, "It is on record now."),
    ]
}

fn figures() -> Vec<Route> {
    vec![
        Route::get(
            "/v1/standings",
            "What everyone has become",
            Run::Aside(Call::ask::<ask::Standing>),
        )
        .needs(Scope::Read)
        .query::<AsOf>()
        .answers::<Vec<StandingDocument>>("A standing for each person."),
        Route::get(
            "/v1/standings/{advocate}",
            "What a person has become",
            Run::Aside(Call::ask::<ask::Standing>),
        )
        .own(Scope::Read)
        .query::<ask::Standing>()
        .answers::<StandingDocument>("Points, level, regularity, voice, reach, learning."),
        Route::get(
            "/v1/leaderboards",
            "Who brought how much",
            Run::Aside(Call::ask::<ask::Leaderboard>),
        )
        .needs(Scope::Read)
        .query::<ask::Leaderboard>()
        .answers::<Leaderboard>("Places, in order."),
        Route::get("/v1/teams", "How teams take part", Run::Aside(Call::ask::<ask::Team>))
            .needs(Scope::Read)
            .query::<ask::Team>()
            .answers::<TeamsDocument>("Figures of teams."),
        Route::get("/v1/scores", "Everyone's points", Run::Aside(Call::ask::<ask::Score>))
            .needs(Scope::Read)
            .query::<ask::Score>()
            .answers::<Scores>("Points of each person."),
        Route::get(
            "/v1/explanations/{advocate}",
            "Why a person has these points",
            Run::Aside(Call::ask::<ask::Explain>),
        )
        .about("Line by line; with `figure`, how one figure of their standing comes about.")
        .own(Scope::Read)
        .query::<ask::Explain>()
        .answers::<Either<Explanation, FigureExplanation>>("Points line by line, or a figure."),
        Route::get(
            "/v1/coaching",
            "What could help people and teams along",
            Run::Aside(Call::ask::<ask::Coach>),
        )
        .own(Scope::Read)
        .query::<ask::Coach>()
        .answers::<Coaching>("Suggestions."),
        Route::get(
            "/v1/pairing",
            "Mentors and newcomers, paired",
            Run::Aside(Call::ask::<ask::Pair>),
        )
        .needs(Scope::Read)
        .query::<ask::Pair>()
        .answers::<Pairing>("Pairs."),
    ]
}

fn recognition() -> Vec<Route> {
    vec![
        Route::get(
            "/v1/entitlements",
            "What people and teams are entitled to",
            Run::Aside(Call::ask::<ask::Entitlements>),
        )
        .about("Nothing is granted: award runs do that.")
        .own(Scope::Read)
        .query::<ask::Entitlements>()
        .answers::<Entitlements>("Entitlements."),
        Route::post("/v1/award-runs", "Run awards", Run::Aside(Call::perform::<ask::Close>))
            .about(
                "Makes entitlements as of a time real, each once; with `preview` it only shows what \
                 would be granted.",
            )
            .needs(Scope::Award)
            .json::<ask::Close>()
            .fills(&["at", "by"])
            .answers::<Closed>("What was granted, held back and changed."),
        Route::get("/v1/grants", "What was granted", Run::Aside(grants::list))
            .about(
                "In a program that shows figures of single people to themselves alone, a key needs \
                 `award`, and is not told what rules read of people.",
            )
            .own(Scope::Read)
            .query::<ask::ListGrants>()
            .answers::<Grants>("Grants, in order of time."),
        Route::post("/v1/grants/decisions", "Decide about grants", Run::Aside(Call::perform::<ask::Decide>))
            .about(
                "`approved`, `declined`, `issued` or `revoked`: all of the grants that are named or, \
                 where one cannot be decided so, none. The same decision again changes nothing.",
            )
            .needs(Scope::Award)
            .json::<ask::Decide>()
            .fills(&["at", "by"])
            .answers::<ask::DecidedGrants>("The grants as they are now."),
    ]
}

fn corrections() -> Vec<Route> {
    vec![
        Route::post(
            "/v1/adjustments",
            "Give or take points by hand",
            Run::Aside(Call::perform::<ask::Adjust>),
        )
        .about("The same adjustment at the same time again changes nothing.")
        .needs(Scope::Correct)
        .json::<ask::Adjust>()
        .fills(&["by"])
        .answers::<Receipt>("It is on record."),
        Route::get(
            "/v1/disputes",
            "What people object to",
            Run::Aside(Call::look_up::<ask::ListDisputes>),
        )
        .own(Scope::Correct)
        .query::<ask::ListDisputes>()
        .answers::<ask::Disputes>("Disputes, and how they ended."),
        Route::post("/v1/disputes", "Object", Run::Aside(Call::perform::<ask::Object>))
            .about("To an activity's points, to what a rule said, or both.")
            .own(Scope::Correct)
            .json::<ask::Object>()
            .answers::<Receipt>("It is on record."),
        Route::post(
            "/v1/disputes/{dispute}/resolution",
            "Say how a dispute ends",
            Run::Aside(Call::perform::<ask::Resolve>),
        )
        .about("Where points come with it, both or neither go on record.")
        .needs(Scope::Correct)
        .json::<ask::Resolve>()
        .fills(&["at", "by"])
        .answers::<plaudit_engine::disputes::Ruled>("How it ended."),
    ]
}

fn changes() -> Vec<Route> {
    vec![
        Route::get("/v1/changes", "What is put on record", Run::When(changes::follow))
            .about(
                "In order: activities, grants, decisions, everything; published posts with what the \
                 guidelines say of them. Go on with `after` = `last` of the answer before. Of people \
                 who have opted out nothing is told, nor what people were given where figures of \
                 single people are for themselves alone.",
            )
            .needs(Scope::Changes)
            .query::<changes::Follow>()
            .answers::<ask::Changed>("What was put on record after the place."),
        Route::get("/v1/export", "Everything on record", Run::Aside(Call::look_up::<ask::Export>))
            .about("Piece by piece, as records: `plaudit journal restore` takes them.")
            .needs(Scope::Export)
            .query::<ask::Export>()
            .answers::<ask::Exported>("Events as they stand on record."),
    ]
}

fn program() -> Vec<Route> {
    vec![
        Route::get("/v1/program", "What the program is", Run::Aside(program::describe))
            .needs(Scope::Program)
            .answers::<ask::Description<'_>>("Its version and rules, and which facts these read."),
        Route::get(
            "/v1/program/rules/{rule}",
            "A rule in its own words",
            Run::Aside(program::rule),
        )
        .needs(Scope::Program)
        .answers::<program::RuleText>("Its text, with comments and examples."),
        Route::get("/v1/program/facts", "What rules can see", Run::Aside(program::facts))
            .needs(Scope::Program)
            .answers::<Vec<ask::ListedFact>>("Facts, and questions that rules can ask."),
        Route::get("/v1/program/status", "How the program does", Run::Aside(program::status))
            .about("With the problems of the last program that was not taken up.")
            .needs(Scope::Program)
            .answers::<program::ProgramStatus>("How it does."),
        Route::post("/v1/program/validation", "Try a program out", Run::When(program::validate))
            .about("Compiles it and runs its examples and scenarios. Nobody is served with it.")
            .needs(Scope::Program)
            .json::<program::Candidate>()
            .answers::<program::Validation>("What there is to say of it."),
        Route::get(
            "/v1/program/publications",
            "The programs that were published",
            Run::Aside(Call::look_up::<ask::ListPublications>),
        )
        .about("In the journal, by number; the last one is the one that everybody works by.")
        .needs(Scope::Program)
        .query::<ask::ListPublications>()
        .answers::<Vec<Published>>("The programs, with the files in which each differs."),
        Route::get(
            "/v1/program/publications/{number}",
            "A program that was published, with its files",
            Run::Aside(program::publication),
        )
        .needs(Scope::Program)
        .query::<ask::Publication>()
        .answers::<ask::PublishedFiles>("The text of each file."),
        Route::post(
            "/v1/program/publications",
            "Publish a program",
            Run::When(program::publish),
        )
        .about(
            "It has to compile, and its examples and scenarios to hold. Every process over the journal \
             works by it from then on: this one when it answers, others within moments. With `upon` it is \
             published only where nobody has published another one meanwhile.",
        )
        .needs(Scope::Publish)
        .json::<ask::Publish>()
        .fills(&["at", "by"])
        .answers::<Published>("What was published; the current program where it has the same files."),
        Route::post(
            "/v1/program/rollback",
            "Publish an earlier program once more",
            Run::When(program::roll_back),
        )
        .about("Under a number of its own: the history only grows.")
        .needs(Scope::Publish)
        .json::<ask::RollBack>()
        .fills(&["at", "by"])
        .answers::<Published>("What was published."),
        Route::post(
            "/v1/simulations",
            "Show what another program would do",
            Run::Aside(simulations::begin),
        )
        .about(
            "Replays what is on record under it, beside the program that is served: who gains and \
             loses, levels, boards, entitlements, what rewards cost, and which posts would be judged \
             otherwise. It goes on while others are served, one at a time; look where `Location` says.",
        )
        .needs(Scope::Program)
        .json::<simulations::SimulationRequest>()
        .also::<simulations::SimulationJob<'_>>(StatusCode::ACCEPTED, "It has begun."),
        Route::get(
            "/v1/simulations",
            "The simulations that go on or have ended",
            Run::Aside(simulations::list),
        )
        .about("The last few, without their answers, the last one first.")
        .needs(Scope::Program)
        .answers::<simulations::Simulations<'_>>("How they do."),
        Route::get(
            "/v1/simulations/{simulation}",
            "How a simulation does, and its answer",
            Run::Aside(simulations::look),
        )
        .about("The last few are kept until the service ends.")
        .needs(Scope::Program)
        .answers::<simulations::SimulationJob<'_>>("How it does."),
        Route::get(
            "/v1/simulations/{simulation}/report",
            "The answer of a simulation, as a page",
            Run::Aside(simulations::report),
        )
        .needs(Scope::Program)
        .tells(HTML, "A page that needs nothing else."),
        Route::delete(
            "/v1/simulations/{simulation}",
            "Cancel a simulation, or forget it",
            Run::Aside(simulations::end),
        )
        .about("One that goes on is cancelled, one that has ended is forgotten.")
        .needs(Scope::Program)
        .answers::<simulations::SimulationJob<'_>>("How it did."),
    ]
}

fn questions() -> Vec<Route> {
    let question = |route: Route| route.needs(Scope::Check).fills(&["as_of"]);
    vec![
        question(
            Route::post(
                "/v1/ask/score",
                "Everyone's points",
                Run::BySize(Call::try_out::<ask::Score>),
            )
            .json::<ask::Score>()
            .answers::<Scores>("Points of each person."),
        ),
        question(
            Route::post(
                "/v1/ask/explain",
                "Why a person has these points",
                Run::BySize(Call::try_out::<ask::Explain>),
            )
            .json::<ask::Explain>()
            .answers::<Either<Explanation, FigureExplanation>>("Points line by line, or a figure."),
        ),
        question(
            Route::post(
                "/v1/ask/standing",
                "What people have become",
                Run::BySize(Call::try_out::<ask::Standing>),
            )
            .json::<ask::Standing>()
            .answers::<OneOrMore<StandingDocument>>("One standing, or everyone's."),
        ),
        question(
            Route::post(
                "/v1/ask/leaderboard",
                "Who brought how much",
                Run::BySize(Call::try_out::<ask::Leaderboard>),
            )
            .json::<ask::Leaderboard>()
            .answers::<Leaderboard>("Places, in order."),
        ),
        question(
            Route::post(
                "/v1/ask/team",
                "How teams take part",
                Run::BySize(Call::try_out::<ask::Team>),
            )
            .json::<ask::Team>()
            .answers::<TeamsDocument>("Figures of teams."),
        ),
        question(
            Route::post(
                "/v1/ask/entitlements",
                "What people and teams are entitled to",
                Run::BySize(Call::try_out::<ask::Entitlements>),
            )
            .json::<ask::Entitlements>()
            .answers::<Entitlements>("Entitlements."),
        ),
        question(
            Route::post(
                "/v1/ask/coach",
                "What could help people and teams along",
                Run::BySize(Call::try_out::<ask::Coach>),
            )
            .json::<ask::Coach>()
            .answers::<Coaching>("Suggestions."),
        ),
        question(
            Route::post(
                "/v1/ask/pair",
                "Mentors and newcomers, paired",
                Run::BySize(Call::try_out::<ask::Pair>),
            )
            .json::<ask::Pair>()
            .answers::<Pairing>("Pairs."),
        ),
        Route::post(
            "/v1/ask/check",
            "What the guidelines say of a post",
            Run::BySize(Call::try_out::<ask::Check>),
        )
        .needs(Scope::Check)
        .json::<ask::Check>()
        .fills(&["at"])
        .answers::<Verdict>("The verdict."),
    ]
}

fn access() -> Vec<Route> {
    vec![
        Route::post("/v1/tokens", "Mint a token for an advocate", Run::Here(tokens::mint))
            .about(
                "For a host that advocates are signed in to: with the token an advocate's program sees \
                 that advocate's own data and checks their drafts, for up to an hour.",
            )
            .needs(Scope::Mint)
            .json::<tokens::TokenRequest>()
            .answers::<tokens::MintedToken>("The token."),
    ]
}

fn operation() -> Vec<Route> {
    vec![
        Route::get("/health/live", "Whether the service runs", Run::Here(operation::live))
            .answers::<operation::Alive>("It does."),
        Route::get("/health/ready", "Whether the service answers", Run::When(operation::ready))
            .answers::<operation::Ready>("It does, and with what."),
        Route::get("/metrics", "Figures of running", Run::Here(operation::metrics))
            .about("By route and by rule, never by person, as Prometheus reads it.")
            .any_key()
            .tells(operation::METRICS, "Counters and histograms."),
        Route::get("/openapi.json", "All routes, for programs", Run::Here(operation::openapi))
            .answers::<Value>("An OpenAPI 3.1 document."),
        Route::get("/docs", "All routes, for people", Run::Here(operation::docs))
            .tells(HTML, "A page."),
        Route::get("/", "What runs here", Run::Here(operation::first)).tells(HTML, "A page."),
    ]
}

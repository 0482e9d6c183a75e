//! `plaudit explain`: one person's points, line by line.

use std::io::Write;
use std::path::Path;

use plaudit_engine::scoring::ScoredActivity;
use plaudit_engine::{NotCounted, canonical};

use crate::cli::Explain;
use crate::input::{self, Failure};
use crate::output::{BOLD, DIM, Exit, RED, YELLOW, because, count, grouped, safe, styled};

pub(super) fn run(directory: &Path, options: &Explain) -> Result<Exit, Failure> {
    input::need_records(&options.records)?;
    let program = input::program(directory)?;
    let loaded = input::records(&options.records)?;
    let input = loaded.as_of(options.as_of.unwrap_or_else(input::now), &options.records);
    let explanation = program.explain(&input, &options.advocate)?;
    let mut output = anstream::stdout();
    if options.json {
        writeln!(output, "{}", canonical(&explanation)?)?;
        return Ok(Exit::Success);
    }
    let total = &explanation.total;
    for activity in &explanation.lines {
        print(&mut output, activity, &program.local_time(activity.at))?;
    }
    for adjustment in &explanation.adjustments {
        let by = adjustment.by.as_ref().map(|by| format!(" ({})", safe(by))).unwrap_or_default();
        writeln!(
            output,
            "{}  {}  {}  {}\n    {}{by}",
            program.local_time(adjustment.at),
            styled(BOLD, "by hand"),
            styled(BOLD, format!("{:+}", adjustment.points)),
            styled(DIM, safe(&adjustment.identity.id)),
            safe(&adjustment.reason),
        )?;
    }
    let mark = if total.incomplete { " (incomplete: a rule failed)" } else { "" };
    writeln!(
        output,
        "{}: {} points for {} as of {}{mark}",
        styled(BOLD, safe(&total.advocate)),
        grouped(total.points),
        count(total.activities, "activity", "activities"),
        explanation.as_of,
    )?;
    for (rule, points) in &total.rules {
        writeln!(output, "  {:>8}  {rule}", grouped(*points))?;
    }
    if total.adjusted != 0 {
        writeln!(output, "  {:>8}  by hand", grouped(total.adjusted))?;
    }
    writeln!(output, "{}", styled(DIM, format!("program version {}", explanation.program)))?;
    Ok(Exit::Success)
}

fn print(output: &mut impl Write, activity: &ScoredActivity, time: &str) -> std::io::Result<()> {
    let place = activity.channel.as_ref().map(|channel| format!(" on {}", safe(channel)));
    writeln!(
        output,
        "{time}  {}{}  {}  {}",
        styled(BOLD, safe(&activity.kind)),
        place.unwrap_or_default(),
        styled(BOLD, format!("{:+}", activity.points)),
        styled(DIM, safe(&activity.id)),
    )?;
    for line in &activity.lines {
        let capped = if line.points < line.earned {
            format!(", clipped from {} by {}", line.earned, safe(&line.capped_by.join(" and ")))
        } else {
            String::new()
        };
        writeln!(output, "    {:+}  {} ({}){capped}", line.points, safe(&line.title), line.rule)?;
        if !line.evidence.is_empty() {
            writeln!(output, "        {}", styled(DIM, because(&line.evidence)))?;
        }
    }
    if let Some(why) = activity.not_counted {
        writeln!(output, "    {} {}", styled(YELLOW, "not counted:"), reason(why))?;
    } else if activity.lines.is_empty() && activity.faults.is_empty() {
        writeln!(output, "    no rule applies")?;
    }
    for fault in &activity.faults {
        writeln!(output, "    {} {}: {}", styled(RED, "fault"), fault.rule, safe(&fault.message))?;
    }
    Ok(())
}

const fn reason(why: NotCounted) -> &'static str {
    match why {
        NotCounted::NotOnRecord => "the person is not on record",
        NotCounted::NoConsent => "the person had not opted in",
        NotCounted::NotActive => "the person was no active employee",
        NotCounted::UndeclaredKind => "the program does not declare the kind",
        NotCounted::UndeclaredChannel => "the program does not declare the channel",
        NotCounted::OwnCounterpart => "people cannot be their own counterpart",
    }
}

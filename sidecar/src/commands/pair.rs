//! `plaudit pair`: pairs of mentors and newcomers, those that exist and those that could be made.

use std::io::Write;
use std::sync::Arc;

use plaudit_engine::facts::Folder;
use plaudit_engine::pairing::{Match, Pairing, Wish};
use plaudit_engine::{Roster, canonical};

use super::subjects::{head, print_faults, print_no_rules, print_withheld};
use crate::cli::Pair;
use crate::input::{Asked, Failure, called};
use crate::output::{BOLD, DIM, Exit, because, count, grouped, safe, styled};
use crate::rules::Rules;

pub(super) fn run(rules: Rules<'_>, options: &Pair) -> Result<Exit, Failure> {
    let asked = Asked::open(rules, &options.past)?;
    let pairing = asked.program.pair(&asked.records())?;
    let mut output = anstream::stdout();
    if options.past.json {
        writeln!(output, "{}", canonical(&pairing)?)?;
    } else {
        head(&mut output, &asked, pairing.origin.assumed_consent)?;
        print(&mut output, &asked, &pairing, &asked.roster())?;
    }
    Ok(Exit::Success)
}

fn print(
    output: &mut impl Write,
    asked: &Asked,
    pairing: &Pairing,
    roster: &Roster,
) -> std::io::Result<()> {
    if !pairing.existing.is_empty() {
        writeln!(output, "{}", styled(BOLD, "Pairs already"))?;
        for pair in &pairing.existing {
            let (mentor, mentee) = (called(roster, &pair.mentor), called(roster, &pair.mentee));
            writeln!(output, "  {mentor} mentors {mentee}")?;
        }
        writeln!(output)?;
    }
    if !pairing.proposed.is_empty() {
        writeln!(output, "{}", styled(BOLD, "Pairs that could be made"))?;
        for pair in &pairing.proposed {
            print_match(output, pair, roster)?;
        }
        writeln!(output)?;
    }
    for (what, people) in [
        ("Still seeking a mentor", &pairing.seeking),
        ("Ready to mentor somebody", &pairing.offering),
    ] {
        if !people.is_empty() {
            let names = people.iter().map(|id| called(roster, id));
            let names: Vec<String> = names.collect();
            writeln!(output, "{what}: {}", names.join(", "))?;
        }
    }
    if pairing.withheld.is_none() {
        let proposed = count(pairing.proposed.len(), "pair", "pairs");
        let fit = match pairing.fit {
            0 => String::new(),
            fit => format!("; together they fit {}, and no other way fits more", grouped(fit)),
        };
        writeln!(output, "{proposed} proposed, {} already{fit}", pairing.existing.len())?;
        if !pairing.seeking.is_empty() && !pairing.offering.is_empty() {
            let why = "Nobody who is ready offers what those who still seek would like.";
            writeln!(output, "{}", styled(DIM, why))?;
        }
        if !pairing.existing.is_empty() {
            let who = "Who has a mentor is not offered another, and who mentors somebody is not asked again.";
            writeln!(output, "{}", styled(DIM, who))?;
        }
    }
    if !asked.program.rules().iter().any(|rule| rule.folder() == Folder::Coaching) {
        print_no_rules(output, Folder::Coaching.name())?;
    }
    print_withheld(output, pairing.withheld)?;
    print_faults(output, &pairing.faults, &asked.program, roster)
}

fn print_match(output: &mut impl Write, pair: &Match, roster: &Roster) -> std::io::Result<()> {
    writeln!(
        output,
        "  {} could mentor {}, fit {}",
        called(roster, &pair.mentor),
        called(roster, &pair.mentee),
        grouped(pair.fit),
    )?;
    for topic in &pair.topics {
        writeln!(output, "      {}: {}", safe(&topic.topic), grouped(topic.fit))?;
        print_wishes(output, "offered", &pair.mentor, &topic.offered)?;
        print_wishes(output, "sought", &pair.mentee, &topic.sought)?;
    }
    Ok(())
}

fn print_wishes(
    output: &mut impl Write,
    what: &str,
    by: &Arc<str>,
    wishes: &[Wish],
) -> std::io::Result<()> {
    for wish in wishes {
        let read = match wish.evidence.is_empty() {
            true => String::new(),
            false => format!(", because {}", because(&wish.evidence)),
        };
        let told = format!("{what} by {} ({}, weight {}){read}", safe(by), wish.rule, wish.weight);
        writeln!(output, "        {}", styled(DIM, told))?;
    }
    Ok(())
}

//! What a program may do, and should not do to people: remark on talk that the law protects, or give
//! points for what cannot carry a disclosure.

use jiff::Timestamp;

use crate::error::{Code, Problem};
use crate::facts::{ActivityFact, Folder, Object};
use crate::findings::PROTECTED;
use crate::guidelines::{CheckContext, Finding};
use crate::post::Post;
use crate::program::{Program, filled};

/// Talk that no guideline may remark on; a language and a sentence on each line.
const PROTECTED_TALK: &str = include_str!("care/protected_talk.txt");

/// The sentences of protected talk, each with its language.
pub(crate) fn protected_talk() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = PROTECTED_TALK.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' '))
}

impl Program {
    /// Warnings about what the program would do to people: guidelines that remark on talk of pay,
    /// hours, conditions, unions or bosses (NLRA section 7 and its like; they are tried on some fifty
    /// sentences in four languages), and points for likes, which cannot carry a disclosure of the tie
    /// to the employer (FTC, 16 CFR 255.5 and its questions and answers).
    pub fn care(&self) -> Vec<Problem> {
        let mut problems = self.catches_protected_talk();
        problems.extend(self.scores_likes());
        problems
    }

    fn catches_protected_talk(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let asks_texts = self.rules_of(Folder::Guidelines).next().is_some();
        if asks_texts && self.scanner.list(PROTECTED).is_none() {
            let message = "there is no list `protected`, so that talk of working conditions is \
                           treated like any other";
            problems.push(
                Problem::new(Code::Advice, message)
                    .help(
                        "copy `lexicons/protected.en.txt` from a program that `plaudit new` makes",
                    )
                    .warning(),
            );
        }
        for (language, sentence) in protected_talk() {
            let text = filled(sentence, &self.manifest.brand);
            let post = Post { language: Some(language.into()), ..Post::of(&text) };
            // What fails is told by the rule's own examples.
            let verdict = self.check(&post, &CheckContext::default(), Timestamp::UNIX_EPOCH);
            let findings = verdict.map(|verdict| verdict.findings).unwrap_or_default();
            problems.extend(findings.iter().map(|finding| self.caught(finding, &text)));
        }
        problems
    }

    /// A rule that remarks on protected talk.
    fn caught(&self, finding: &Finding, text: &str) -> Problem {
        let words: Vec<&str> =
            finding.spans.iter().filter_map(|span| text.get(span.start..span.end)).collect();
        let at = match words.as_slice() {
            [] => String::new(),
            words => format!(" at “{}”", words.join("”, “")),
        };
        let message = format!("`{}` remarks on protected talk{at}: “{text}”", finding.rule);
        let problem = Problem::new(Code::Advice, message).help(
            "take the word out of its list or make it an exception, add the words for such talk to \
             `lexicons/protected`, or let the rule ask `!post.mentions(\"protected\")`",
        );
        let rule = self.rules().iter().find(|rule| rule.id() == &*finding.rule);
        match rule.map(|rule| self.place_of(rule)) {
            Some((file, line)) => problem.warning().file(file).line(line, 1),
            None => problem.warning(),
        }
    }

    fn scores_likes(&self) -> Vec<Problem> {
        let likes = Some(ActivityFact::Likes as u8);
        let asks = self.rules_of(Folder::Scoring).filter(|(_, r)| r.asks(Object::Activity, likes));
        let rules = asks.map(|(_, rule)| {
            let (file, line) = self.place_of(rule);
            let message = format!("`{}` looks at likes", rule.id());
            Problem::new(Code::Advice, message).file(file).line(line, 1)
        });
        let kinds = self.manifest.kinds.keys().filter(|kind| matches!(&***kind, "like" | "likes"));
        let kinds = kinds.map(|kind| {
            let message = format!("giving a like is an activity here (`{kind}`)");
            Problem::new(Code::Advice, message).file("program.toml")
        });
        let help = "a like that is rewarded has no place to disclose the tie to the employer: count \
                    comments, shares or clicks";
        rules.chain(kinds).map(|problem| problem.help(help).warning()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Sources;

    fn program(files: &[(&str, &str)]) -> Program {
        let manifest = "[program]\nname = \"Test\"\n[brand]\nname = \"Acme\"\n";
        let sources = Sources::new().with("program.toml", manifest);
        let sources = files.iter().fold(sources, |all, (file, text)| all.with(*file, *text));
        Program::from_sources(&sources).unwrap()
    }

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        program(files).care().into_iter().map(|problem| problem.message).collect()
    }

    const SECRETS: &str = "/// Keep it.\nfn keep(post) { if post.asserts(\"secrets\") { revise(\"No.\").at(\"secrets\") } }";

    #[test]
    fn there_is_protected_talk_in_every_language_of_the_starter_program() {
        for language in ["en", "de", "fr", "es"] {
            let many = protected_talk().filter(|(known, _)| *known == language).count();
            assert!(many >= 12, "{language}: {many}");
        }
    }

    #[test]
    fn a_word_list_that_catches_protected_talk_is_told() {
        let list = ("lexicons/secrets.en.txt", "confidential\nsalary");
        let found = messages(&[("guidelines/g.rhai", SECRETS), list]);
        assert!(found[0].starts_with("there is no list `protected`"), "{found:?}");
        let caught = found.iter().find(|message| message.contains("“salary”"));
        assert!(caught.is_some_and(|message| message.starts_with("`keep` remarks")), "{found:?}");
        // Knowing such talk does not help where the rule looks at it all the same.
        let known = ("lexicons/protected.en.txt", "pay\nsalary");
        assert!(!messages(&[("guidelines/g.rhai", SECRETS), list, known]).is_empty());
        let harmless = ("lexicons/secrets.en.txt", "roadmap");
        assert!(messages(&[("guidelines/g.rhai", SECRETS), harmless, known]).is_empty());
    }

    #[test]
    fn points_for_likes_are_told() {
        let rule = "/// Likes.\nfn liked(activity) { if activity.likes > 10 { 1 } }";
        let found = messages(&[("scoring/s.rhai", rule)]);
        assert_eq!(found, ["`liked` looks at likes"]);
        let rule = "/// Answers.\nfn answered(activity) { if activity.comments > 10 { 1 } }";
        assert!(messages(&[("scoring/s.rhai", rule)]).is_empty());
    }
}

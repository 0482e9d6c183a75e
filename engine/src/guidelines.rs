//! Checks a post against the guidelines: findings, each with its evidence, and the verdict.
//!
//! Checking a draft is private: nothing is kept. The time is an explicit input. A rule that fails
//! sends the post to a person: it never silently clears or blocks.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::error::Error;
use crate::events::Person;
use crate::facts::{
    Evidence, Folder, Object, PersonFact, PostFact, SoFar, Step, Value, World, dense,
};
use crate::fault::{Fault, retryable};
use crate::history::History;
use crate::post::{Content, Post};
use crate::program::{Program, Rule, evidence, filled};
use crate::schema::{described, words};
use crate::script::{Draft, Given};
use crate::severity::Severity;
use crate::text::{self, Span};
use crate::wire;

/// The worst of a post's findings; `clear` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// No finding.
    Clear,
    /// The gravest finding.
    Worst(Severity),
}

impl Outcome {
    /// Where a rule failed, a person should look at the post, whatever the others say.
    pub(crate) const FAULT: Outcome = Outcome::Worst(Severity::Review);

    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Outcome::Clear => "clear",
            Outcome::Worst(severity) => severity.name(),
        }
    }
}

impl JsonSchema for Outcome {
    fn schema_name() -> Cow<'static, str> {
        "Outcome".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let all = Severity::ALL.map(Outcome::Worst);
        let names = std::iter::once(Outcome::Clear).chain(all).map(Outcome::name);
        let schema =
            described(words(names), "The worst of a post's findings; `clear` where there is none.");
        Schema::try_from(schema).unwrap_or_default()
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What a guideline rule says of a post.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Finding {
    /// The rule's id.
    pub rule: Arc<str>,
    /// The rule's title, in the language of the text where the program has it.
    pub title: Arc<str>,
    /// The rule's explanation, in the language of the text where the program has it.
    pub help: Arc<str>,
    /// The version of the program that the rule belongs to.
    pub program: Arc<str>,
    /// How grave it is.
    pub severity: Severity,
    /// What to do about it, in the language of the text where the program has it.
    pub message: String,
    /// Where in the text; empty where it is about the whole post.
    pub spans: Vec<Span>,
    /// Words that would help, ready to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// What the rule read, in reading order.
    pub evidence: Vec<Evidence>,
}

/// What the guidelines say of a post.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
#[schemars(deny_unknown_fields, transform = crate::schema::written)]
pub struct Verdict {
    /// The id of this decision: the same program and input have the same id.
    pub id: String,
    /// The program's version.
    pub program: Arc<str>,
    /// The caller's own name for the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<Arc<str>>,
    /// The time that it was checked for.
    pub at: Timestamp,
    /// The worst of all findings; at least `review` where a rule failed.
    pub verdict: Outcome,
    /// All findings, gravest first, then by rule.
    pub findings: Vec<Finding>,
    /// Rules that failed.
    pub faults: Vec<Fault>,
    /// The language of the text, as an ISO 639-1 code, or `unknown`.
    pub language: String,
    /// Rules of whose word lists some have nothing for the language of the text, so that they saw less of it
    /// than of others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_words: Vec<Arc<str>>,
    /// Whether the post talks of pay, hours, conditions or the like: such talk is protected, and
    /// nothing in it weighs more than advice.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub protected: bool,
}

/// What a check may know beside the post.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckContext<'a> {
    /// The author.
    pub author: Option<&'a Person>,
    /// What was published before, with the content that posts name by id.
    pub history: Option<&'a History<'a>>,
}

impl Program {
    /// Checks a post at a time.
    ///
    /// # Errors
    ///
    /// The post names a channel that the program does not declare, or a rule ran out of time
    /// (retryable).
    pub fn check(
        &self,
        post: &Post,
        context: &CheckContext<'_>,
        at: Timestamp,
    ) -> Result<Verdict, Error> {
        let (world, mut faults) = self.world_of(post, context, at)?;
        let (mut findings, mut calls) = (Vec::new(), 0);
        let version: Arc<str> = self.version().into();
        for (index, rule) in self.rules_of(Folder::Guidelines) {
            if !rule.settings().in_force(at) {
                continue;
            }
            calls += 1;
            match self.judge(index, rule, &world, &version)? {
                Ok(found) => findings.extend(found),
                Err(fault) => faults.push(fault),
            }
        }
        self.called(calls);
        let protected = self.is_protected(&world);
        if protected {
            for finding in &mut findings {
                finding.severity = Severity::Advise;
            }
        }
        // A stable sort keeps the order in which a rule gave its findings.
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.rule.cmp(&b.rule)));
        let worst = findings.iter().map(|finding| Outcome::Worst(finding.severity)).max();
        let mut verdict = worst.unwrap_or(Outcome::Clear);
        if !faults.is_empty() {
            verdict = verdict.max(Outcome::FAULT);
        }
        let language = world.post.as_ref().map_or("unknown", |post| post.analysis.language());
        Ok(Verdict {
            id: self.check_id(post, context, &world, at)?,
            program: version,
            post: post.id.clone(),
            at,
            verdict,
            findings,
            faults,
            language: language.to_owned(),
            without_words: self.without_words(language, at),
            protected,
        })
    }

    /// The rules that have no words for a language.
    fn without_words(&self, language: &str, at: Timestamp) -> Vec<Arc<str>> {
        let lacks =
            |rule: &Rule| rule.lists().iter().any(|list| !self.scanner.has_words(*list, language));
        if language == text::UNKNOWN {
            return Vec::new();
        }
        let rules = self.rules_of(Folder::Guidelines).map(|(_, rule)| rule);
        let rules = rules.filter(|rule| rule.settings().in_force(at) && lacks(rule));
        rules.map(|rule| Arc::clone(rule.shared_id())).collect()
    }

    /// Runs one rule; the outer error is a call that may be tried again.
    fn judge(
        &self,
        index: usize,
        rule: &Rule,
        world: &Arc<World>,
        version: &Arc<str>,
    ) -> Result<Result<Vec<Finding>, Fault>, Error> {
        let (file, function) = (self.file_of(rule), self.function_of(rule));
        let (result, reads) = self.sandbox.given(file, function, index, world);
        match result.and_then(Given::findings) {
            Ok(drafts) if drafts.is_empty() => Ok(Ok(Vec::new())),
            Ok(drafts) => {
                let evidence = evidence(rule.folder(), reads);
                let finding = |draft| self.finding(rule, draft, world, version, &evidence);
                Ok(Ok(drafts.into_iter().map(finding).collect()))
            }
            Err(failure) => {
                retryable(rule, &failure)?;
                Ok(Err(Fault::new(rule, failure)))
            }
        }
    }

    fn finding(
        &self,
        rule: &Rule,
        draft: Draft,
        world: &Arc<World>,
        version: &Arc<str>,
        evidence: &[Evidence],
    ) -> Finding {
        let brand = &self.manifest.brand;
        let mut ranges = Vec::new();
        let mut spans = Vec::new();
        if let Some(post) = &world.post {
            for place in &draft.places {
                ranges.extend(post.places(place));
            }
            ranges.sort_by_key(|range| (range.start, range.end));
            ranges.dedup();
            spans = text::spans(post.analysis.text(), &ranges);
        }
        let language = world.post.as_ref().map_or(text::UNKNOWN, |post| post.analysis.language());
        let likeliest = || self.scanner.languages().first();
        let language = Some(language).filter(|it| *it != text::UNKNOWN).or_else(likeliest);
        let translation = language.and_then(|language| self.translation(rule, language));
        let said = |text: &str| {
            let translated = translation.and_then(|translation| translation.of(text));
            filled(translated.unwrap_or(text), brand)
        };
        let title = translation.and_then(|translation| translation.title.clone());
        let help = translation.and_then(|translation| translation.help.clone());
        Finding {
            rule: Arc::clone(rule.shared_id()),
            title: title.unwrap_or_else(|| rule.title().into()),
            help: help.unwrap_or_else(|| rule.help().into()),
            program: Arc::clone(version),
            severity: rule.settings().severity.unwrap_or(draft.severity),
            message: said(&draft.message),
            spans,
            suggestion: draft.suggestion.map(|text| said(&text)),
            evidence: evidence.to_vec(),
        }
    }

    /// All that guideline rules can see of a post, and the scoring rules that failed where the
    /// author's record was worked out for them.
    pub(crate) fn world_of(
        &self,
        post: &Post,
        context: &CheckContext<'_>,
        at: Timestamp,
    ) -> Result<(Arc<World>, Vec<Fault>), Error> {
        let content_of = |id: &str| context.history.and_then(|history| history.content(id, at));
        let mut view = self.post_view(Arc::new(post.clone()), &content_of, at)?;
        let mut world = World::new(Arc::clone(&self.view));
        if let Some(author) = context.author {
            world.person = dense(Object::Person, &author.stated).into();
        } else {
            world.person = Arc::clone(PersonFact::nobody());
        }
        let author = context.author.map(|author| &author.id).or(post.author.as_ref());
        let mut faults = Vec::new();
        if let Some(history) = context.history {
            // Looking back is dear: only where a rule asks for it.
            if self.guidelines_ask(Object::Post, Some(PostFact::NearDuplicates as u8)) {
                view.near_duplicates = history.near_duplicates(author, &view.analysis, at);
            }
            if let Some(author) = author
                && self.guidelines_ask(Object::SoFar, None)
            {
                (world.so_far, faults) = history.so_far(author, at)?;
            }
        }
        let day = self.manifest.calendar.day(at);
        let content = view.content.as_ref().and_then(|content| content.id.clone());
        let now = (day, self.manifest.calendar.week(day));
        world.so_far.look_from(now, None, content, None, Step::Other);
        world.post = Some(view);
        Ok((Arc::new(world), faults))
    }

    /// Whether a guideline rule may ask for a fact of an object, or for any.
    pub(crate) fn guidelines_ask(&self, object: Object, slot: Option<u8>) -> bool {
        self.rules_of(Folder::Guidelines).any(|(_, rule)| rule.asks(object, slot))
    }

    /// The hash of the program and all that the check looked at.
    fn check_id(
        &self,
        post: &Post,
        context: &CheckContext<'_>,
        world: &World,
        at: Timestamp,
    ) -> Result<String, Error> {
        #[derive(Serialize)]
        struct Looked<'a> {
            at: Timestamp,
            post: &'a Post,
            content: Option<&'a Content>,
            #[serde(skip_serializing_if = "Option::is_none")]
            author: Option<HashMap<&'static str, &'a Value>>,
            /// Nothing where nothing was looked back on.
            #[serde(skip_serializing_if = "Option::is_none")]
            history: Option<(&'a SoFar, usize)>,
        }
        let view = world.post.as_ref();
        let name = |slot: u8| PersonFact::FACTS[usize::from(slot)].name;
        let looked = Looked {
            at,
            post,
            content: view.and_then(|view| view.content.as_ref()),
            author: context.author.map(|author| {
                author.stated.iter().map(|(slot, value)| (name(*slot), value)).collect()
            }),
            history: context
                .history
                .map(|_| (&world.so_far, view.map_or(0, |view| view.near_duplicates))),
        };
        wire::decision_id(self.version(), &looked)
    }
}

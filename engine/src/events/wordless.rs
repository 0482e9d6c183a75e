//! An activity without what somebody wrote: what stays of it once its words are past their age.

use std::sync::Arc;

use super::{Body, Event, Stated};
use crate::facts::{ActivityFact, Value};
use crate::post::Post;

impl Event {
    /// The same without the post that it has, and without what its sender added for itself; what the
    /// post told of the activity is stated instead. Nothing where there is no post.
    ///
    /// INVARIANT: it follows from the event alone, so that the same event is known when it comes again
    /// with its words ([`Event::is_wordless_of`]).
    pub(crate) fn wordless(&self) -> Option<Event> {
        let mut other = self.clone();
        match &mut other.body {
            Body::Activity(activity) => {
                let post = activity.post.take()?;
                state(&mut activity.stated, &post);
            }
            Body::Update { set, .. } => {
                let post = set.post.take()??;
                state(&mut set.stated, &post);
            }
            _ => return None,
        }
        other.ext = None;
        Some(other)
    }

    /// Whether this is what stays of another event once its words are gone.
    pub(crate) fn is_wordless_of(&self, other: &Event) -> bool {
        self.identity == other.identity
            && self.at == other.at
            && other.wordless().is_some_and(|wordless| wordless == *self)
    }
}

/// States what a post tells of its activity, as far as that is not stated otherwise.
fn state(stated: &mut Stated, post: &Arc<Post>) {
    let channel = post.channel.clone().map(Value::Text);
    let told = [
        (ActivityFact::Channel, channel),
        (ActivityFact::Ghostwritten, Some(post.ghostwritten.into())),
        (ActivityFact::OwnPhoto, Some(post.has_own_photo().into())),
    ];
    for (fact, value) in told {
        let slot = fact as u8;
        if let (Some(value), Err(place)) =
            (value, stated.binary_search_by_key(&slot, |(slot, _)| *slot))
        {
            stated.insert(place, (slot, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::events::{Event, read_record};

    fn event(line: &str) -> Event {
        read_record(line, "event").unwrap()
    }

    #[test]
    fn words_go_and_what_they_told_of_the_activity_stays() {
        let written = event(
            r#"{"id": "1", "advocate": "ada", "kind": "create", "at": "2026-06-01T09:00:00Z",
                "ext": {"url": "https://x.example/1"}, "likes": 3,
                "post": {"text": "words", "channel": "x", "media": [{"kind": "image", "source": "own"}]}}"#,
        );
        let wordless = written.wordless().unwrap();
        let expected = event(
            r#"{"id": "1", "advocate": "ada", "kind": "create", "at": "2026-06-01T09:00:00Z",
                "likes": 3, "channel": "x", "ghostwritten": false, "own_photo": true}"#,
        );
        assert_eq!(wordless, expected);
        assert!(wordless.is_wordless_of(&written));
        assert_eq!(wordless.wordless(), None);
        let edit = event(
            r#"{"type": "update", "id": "2", "target": "1", "at": "2026-06-02T09:00:00Z",
                "set": {"post": {"text": "others", "ghostwritten": true}}}"#,
        );
        let expected = event(
            r#"{"type": "update", "id": "2", "target": "1", "at": "2026-06-02T09:00:00Z",
                "set": {"ghostwritten": true, "own_photo": false}}"#,
        );
        assert_eq!(edit.wordless(), Some(expected));
    }

    #[test]
    fn another_event_of_the_same_identity_is_not_taken_for_the_one_that_had_words() {
        let line = |text: &str, likes: u32| {
            event(&format!(
                r#"{{"id": "1", "advocate": "ada", "kind": "create", "at": "2026-06-01T09:00:00Z",
                    "likes": {likes}, "post": {{"text": "{text}"}}}}"#
            ))
        };
        let wordless = line("words", 3).wordless().unwrap();
        assert!(wordless.is_wordless_of(&line("words", 3)));
        assert!(!wordless.is_wordless_of(&line("words", 4)));
        assert!(!line("words", 3).is_wordless_of(&line("words", 3)));
    }
}

//! A post under a program: with its channel's limits and the content it shares.

use std::sync::Arc;

use jiff::Timestamp;

use super::Program;
use crate::error::{Code, Error, Problem, choose};
use crate::facts::PostView;
use crate::post::{Content, Post, Shared};
use crate::text::{self, Analysis};

impl Program {
    /// A post with its channel's limits and its content; its text is not analysed yet.
    pub(crate) fn post_view(
        &self,
        post: Arc<Post>,
        content_of: &dyn Fn(&str) -> Option<Content>,
        at: Timestamp,
    ) -> Result<PostView, Error> {
        let channel = match &post.channel {
            Some(name) => Some(self.manifest.channels.get(name).ok_or_else(|| {
                Problem::new(Code::UnknownChannel, format!("the program has no channel `{name}`"))
                    .maybe_help(choose(name, self.channels()))
                    .field("channel")
            })?),
            None => None,
        };
        let content = match &post.content {
            Some(Shared::Inline(content)) => Some(content.clone()),
            // Nothing is known of content that is not on record, but its id.
            Some(Shared::Id(id)) => Some(
                content_of(id)
                    .unwrap_or_else(|| Content { id: Some(Arc::clone(id)), ..Content::default() }),
            ),
            None => None,
        };
        let embargo = content.as_ref().and_then(|content| content.embargo);
        let counts_as_x = channel.is_some_and(|channel| channel.count == text::Count::X);
        let analysis = Analysis::new(
            Arc::clone(&self.scanner),
            text::Input {
                text: Arc::clone(&post.text),
                channel: channel
                    .map(|channel| text::Channel { count: channel.count, fold: channel.fold }),
                x: counts_as_x,
                language: post.language.clone(),
                supplied: content.as_ref().and_then(|content| content.copy.clone()),
            },
        );
        Ok(PostView {
            analysis,
            scanner: Arc::clone(&self.scanner),
            channel: post.channel.clone(),
            limit: channel.and_then(|channel| channel.limit),
            hashtag_limit: channel.and_then(|channel| channel.hashtags),
            embargoed: embargo.is_some_and(|embargo| at < embargo),
            content,
            post,
            near_duplicates: 0,
        })
    }
}

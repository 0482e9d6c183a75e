//! Texts that come again and again, each kept once: sources, names, kinds, channels, contents.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Texts by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Symbols {
    texts: Vec<Arc<str>>,
    index: HashTable<u32>,
    state: RandomState,
}

impl Symbols {
    /// The number of a text, which is taken in where it is new.
    pub(super) fn number(&mut self, text: &Arc<str>) -> u64 {
        let Self { texts, index, state } = self;
        let hash = state.hash_one(&**text);
        let known = index.find(hash, |number| texts[*number as usize] == *text);
        if let Some(number) = known {
            return u64::from(*number);
        }
        let number = super::place(texts.len());
        texts.push(Arc::clone(text));
        index.insert_unique(hash, number, |number| state.hash_one(&*texts[*number as usize]));
        u64::from(number)
    }

    /// The number of a text that is known.
    pub(super) fn known(&self, text: &str) -> Option<u32> {
        let same = |number: &u32| *self.texts[*number as usize] == *text;
        self.index.find(self.state.hash_one(text), same).copied()
    }

    /// All texts, in the order of their numbers.
    pub(super) fn texts(&self) -> impl Iterator<Item = &Arc<str>> {
        self.texts.iter()
    }

    /// The text of a number.
    #[inline]
    pub(super) fn text(&self, number: usize) -> &Arc<str> {
        &self.texts[number]
    }
}

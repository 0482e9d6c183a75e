//! Bytes made into structs of C: as long as they say, with texts of any bytes and any numbers.

use plaudit::*;

use super::fixture::given;

/// Takes bytes off the front; zeroes where there are none left.
pub(crate) struct Taker<'a>(pub(crate) &'a [u8]);

impl<'a> Taker<'a> {
    pub(crate) fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or_default()
    }

    /// A number: mostly small ones, and sometimes any.
    fn number(&mut self) -> i64 {
        match self.byte() {
            255 => {
                let bytes = std::array::from_fn(|_| self.byte());
                i64::from_le_bytes(bytes)
            }
            small => i64::from(small),
        }
    }

    /// A text of up to 15 bytes, or one of the words that mean something here.
    fn text(&mut self) -> PlauditText {
        const WORDS: [&str; 12] = [
            "ada", "bob", "share", "create", "kudos", "x", "blog", "own", "company", "text",
            "video", "sales",
        ];
        match self.byte() {
            0 => PlauditText::default(),
            word if word < 128 => {
                given(WORDS.get(usize::from(word) % 16).unwrap_or(&"z").as_bytes())
            }
            length => {
                let length = usize::from(length % 16).min(self.0.len());
                given(self.0.split_off(..length).unwrap_or_default())
            }
        }
    }

    /// A time: near those on record, mostly.
    pub(crate) fn seconds(&mut self) -> i64 {
        match self.byte() {
            255 => self.number(),
            days => 1_780_304_400 + i64::from(days) * 86_400,
        }
    }

    pub(crate) fn activity(&mut self, size: usize) -> PlauditActivity {
        PlauditActivity {
            size,
            source: self.text(),
            id: self.text(),
            advocate: self.text(),
            kind: self.text(),
            channel: self.text(),
            counterpart: self.text(),
            content: self.text(),
            campaign: self.text(),
            origin: self.text(),
            format: self.text(),
            at_seconds: self.seconds(),
            at_nanoseconds: self.number() as u32,
            stated: self.number() as u32,
            own_words: self.number(),
            words: self.number(),
            minutes: self.number(),
            impressions: self.number(),
            likes: self.number(),
            comments: self.number(),
            shares: self.number(),
            clicks: self.number(),
            leads: self.number(),
            conversions: self.number(),
            pipeline_value: self.number(),
            ghostwritten: self.number() as u32,
            own_photo: self.number() as u32,
            customer: self.number() as u32,
            reserved: 0,
        }
    }

    pub(crate) fn person(&mut self, size: usize) -> PlauditPerson {
        PlauditPerson {
            size,
            id: self.text(),
            department: self.text(),
            function: self.text(),
            country: self.text(),
            level: self.text(),
            cohort: self.text(),
            style: self.text(),
            mentor: self.text(),
            consent: self.number() as u32,
            active: self.number() as u32,
            leader: self.number() as u32,
            reserved: 0,
        }
    }
}

/// Structs in a row as a program of a later version has them: each with `more` words behind it.
pub(crate) struct Row(Vec<u64>);

impl Row {
    pub(crate) fn new<T: Copy>(count: usize, more: usize, make: impl Fn(usize) -> T) -> Self {
        const { assert!(align_of::<T>() == 8) };
        let stride = size_of::<T>() / 8 + more;
        let mut words = vec![u64::MAX; stride * count];
        for index in 0..count {
            // SAFETY: there are `stride` words for each, of the alignment of the struct, whose size
            // they have at least.
            unsafe { words.as_mut_ptr().add(index * stride).cast::<T>().write(make(index)) };
        }
        Self(words)
    }

    pub(crate) fn first<T>(&mut self) -> *mut T {
        self.0.as_mut_ptr().cast()
    }
}

//! Canonical JSON of usual documents, written in one go: names of fields in ASCII without anything
//! to escape, each once in its object, and whole numbers that every reader has exactly. Of anything
//! else nothing comes out, and the library for RFC 8785 has to write it.

use std::io::{self, Write, sink};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

use crate::facts::LARGEST;

/// The document, where it is a usual one.
pub(super) fn written<T: Serialize>(document: &T) -> Option<String> {
    let mut text = Text::new();
    let mut serializer = Serializer::with_formatter(sink(), Writing(&mut text));
    document.serialize(&mut serializer).ok()?;
    let is_usual = !text.is_unusual;
    is_usual.then(|| String::from_utf8(text.bytes).ok()).flatten()
}

/// What is written, and what of it is still open.
struct Text {
    bytes: Vec<u8>,
    /// The fields of all objects that are open, those of the innermost one last.
    fields: Vec<Field>,
    /// For each of these objects, its first field.
    objects: Vec<usize>,
    /// Room to put fields in order.
    room: Vec<u8>,
    is_unusual: bool,
}

/// A field: where it begins, where its name ends, and where its value does.
#[derive(Clone, Copy)]
struct Field {
    start: usize,
    name_end: usize,
    end: usize,
}

impl Field {
    /// Its name, without the quotation marks.
    fn name<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        &bytes[self.start + 1..self.name_end - 1]
    }
}

impl Text {
    /// With room for a document of some lines.
    fn new() -> Self {
        Self {
            bytes: Vec::with_capacity(1_024),
            fields: Vec::with_capacity(32),
            objects: Vec::with_capacity(8),
            room: Vec::new(),
            is_unusual: false,
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn whole(&mut self, number: i128) {
        match i64::try_from(number) {
            Ok(number) if number.unsigned_abs() <= LARGEST.unsigned_abs() => {
                self.put(itoa::Buffer::new().format(number).as_bytes());
            }
            _ => self.is_unusual = true,
        }
    }

    /// Ends the innermost object: its fields are put in the order of their names.
    fn end_object(&mut self) {
        let Some(first) = self.objects.pop() else { return };
        let (bytes, fields) = (&self.bytes, &self.fields[first..]);
        let is_plain = |byte: &u8| byte.is_ascii() && *byte != b'\\';
        self.is_unusual |= !fields.iter().all(|field| field.name(bytes).iter().all(is_plain));
        if !fields.is_sorted_by(|a, b| a.name(bytes) < b.name(bytes)) {
            self.put_in_order(first);
        }
        self.fields.truncate(first);
        self.put(b"}");
    }

    fn put_in_order(&mut self, first: usize) {
        let Self { bytes, fields, room, .. } = self;
        let fields = &mut fields[first..];
        let start = fields[0].start;
        fields.sort_unstable_by(|a, b| a.name(bytes).cmp(b.name(bytes)));
        let come_twice = |pair: &[Field]| pair[0].name(bytes) == pair[1].name(bytes);
        self.is_unusual |= fields.windows(2).any(come_twice);
        room.clear();
        room.reserve(bytes.len() - start);
        for field in fields {
            if !room.is_empty() {
                room.push(b',');
            }
            room.extend_from_slice(&bytes[field.start..field.end]);
        }
        bytes.truncate(start);
        bytes.extend_from_slice(room);
    }
}

struct Writing<'a>(&'a mut Text);

macro_rules! whole_numbers {
    ($($write:ident: $number:ty),+) => {
        $(fn $write<W: ?Sized + Write>(&mut self, _: &mut W, number: $number) -> io::Result<()> {
            self.0.whole(number.into());
            Ok(())
        })+
    };
}

macro_rules! pieces {
    ($($write:ident: $piece:literal),+) => {
        $(fn $write<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
            self.0.put($piece);
            Ok(())
        })+
    };
}

macro_rules! unusual {
    ($($write:ident: $value:ty),+) => {
        $(fn $write<W: ?Sized + Write>(&mut self, _: &mut W, _: $value) -> io::Result<()> {
            self.0.is_unusual = true;
            Ok(())
        })+
    };
}

impl Formatter for Writing<'_> {
    whole_numbers!(
        write_i8: i8, write_i16: i16, write_i32: i32, write_i64: i64, write_i128: i128,
        write_u8: u8, write_u16: u16, write_u32: u32, write_u64: u64
    );
    unusual!(
        write_u128: u128, write_f32: f32, write_f64: f64, write_number_str: &str,
        write_raw_fragment: &str
    );
    pieces!(
        write_null: b"null", begin_string: b"\"", end_string: b"\"", begin_array: b"[",
        end_array: b"]", end_array_value: b"", end_object_key: b""
    );

    fn write_bool<W: ?Sized + Write>(&mut self, _: &mut W, flag: bool) -> io::Result<()> {
        self.0.put(if flag { b"true" } else { b"false" });
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        _: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        self.0.put(fragment.as_bytes());
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        _: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        match escape {
            CharEscape::Quote => self.0.put(b"\\\""),
            CharEscape::ReverseSolidus => self.0.put(b"\\\\"),
            CharEscape::Solidus => self.0.put(b"/"),
            CharEscape::Backspace => self.0.put(b"\\b"),
            CharEscape::FormFeed => self.0.put(b"\\f"),
            CharEscape::LineFeed => self.0.put(b"\\n"),
            CharEscape::CarriageReturn => self.0.put(b"\\r"),
            CharEscape::Tab => self.0.put(b"\\t"),
            CharEscape::AsciiControl(byte) => write!(self.0.bytes, "\\u{byte:04x}")?,
        }
        Ok(())
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        self.0.put(if first { b"" } else { b"," });
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.put(b"{");
        self.0.objects.push(self.0.fields.len());
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.end_object();
        Ok(())
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        self.0.put(if first { b"" } else { b"," });
        let start = self.0.bytes.len();
        self.0.fields.push(Field { start, name_end: start, end: start });
        Ok(())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        let name_end = self.0.bytes.len();
        if let Some(field) = self.0.fields.last_mut() {
            field.name_end = name_end;
        }
        self.0.put(b":");
        Ok(())
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        let end = self.0.bytes.len();
        // The fields of the value itself are closed by now.
        if let Some(field) = self.0.fields.last_mut() {
            field.end = end;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn by_the_library(document: &Value) -> String {
        serde_json_canonicalizer::to_string(document).unwrap()
    }

    fn is_usual(document: &Value) -> bool {
        match document {
            Value::Number(number) => {
                number.as_i64().is_some_and(|whole| (-LARGEST..=LARGEST).contains(&whole))
            }
            Value::Array(all) => all.iter().all(is_usual),
            Value::Object(fields) => fields.iter().all(|(name, value)| {
                let is_plain = |letter: char| {
                    letter.is_ascii() && !letter.is_ascii_control() && !matches!(letter, '"' | '\\')
                };
                name.chars().all(is_plain) && is_usual(value)
            }),
            _ => true,
        }
    }

    fn document() -> impl Strategy<Value = Value> {
        let whole = prop_oneof![
            any::<i64>(),
            -9i64..9,
            Just(LARGEST),
            Just(-LARGEST),
            Just(LARGEST + 1),
            Just(-LARGEST - 1)
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            whole.prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
            "[\\x00-\\x20\"\\\\/\u{7f}\u{2028}😀é]*".prop_map(Value::from),
        ];
        let name =
            prop_oneof![8 => "[a-cA-C_~ !0-9]{0,3}", 1 => "[\\x00-\\x20\"\\\\😀\u{e000}é]{0,2}"];
        leaf.prop_recursive(4, 60, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                // In the order of drawing, which is hardly ever that of names.
                prop::collection::hash_map(name.clone(), inner, 0..6)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    /// Fields in the order that they are given, as those of a document are.
    struct Given<'a>(&'a Value, bool);

    impl Serialize for Given<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let Given(value, backwards) = self;
            match value {
                Value::Object(fields) => {
                    let mut all: Vec<_> = fields.iter().collect();
                    if *backwards {
                        all.reverse();
                    }
                    serializer.collect_map(all.into_iter().map(|(k, v)| (k, Given(v, !backwards))))
                }
                Value::Array(all) => {
                    serializer.collect_seq(all.iter().map(|item| Given(item, !backwards)))
                }
                plain => plain.serialize(serializer),
            }
        }
    }

    proptest! {
        #[test]
        fn usual_documents_are_as_the_library_has_them_and_others_are_left_to_it(
            document in document(),
            backwards: bool,
        ) {
            let written = written(&Given(&document, backwards));
            prop_assert_eq!(written.is_some(), is_usual(&document));
            if let Some(written) = written {
                prop_assert_eq!(written, by_the_library(&document));
            }
        }
    }

    #[test]
    fn a_name_that_comes_twice_is_for_the_library_to_judge() {
        struct Twice;
        impl Serialize for Twice {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map([("a", 1), ("b", 2), ("a", 3)])
            }
        }
        assert_eq!(written(&Twice), None);
    }
}

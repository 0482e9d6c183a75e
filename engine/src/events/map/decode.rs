//! Files in other encodings, as UTF-8.

use std::io::{BufRead, Read, Result};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// A file in some encoding, as UTF-8. A byte order mark has the last word on the encoding. What
/// cannot be decoded becomes a byte that UTF-8 does not have, so that whoever reads it can tell
/// in which line it stands.
pub(in crate::events) struct Decoded<R> {
    reader: R,
    decoder: Decoder,
    ready: Vec<u8>,
    taken: usize,
    ended: bool,
}

const NO_CHARACTER: u8 = 0xff;
/// Decoded text that is held at once, in bytes.
const HELD: usize = 1 << 14;

impl<R: BufRead> Decoded<R> {
    pub(in crate::events) fn new(reader: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder();
        Self { reader, decoder, ready: Vec::new(), taken: 0, ended: false }
    }
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        while self.taken == self.ready.len() && !self.ended {
            let bytes = self.reader.fill_buf()?;
            let last = bytes.is_empty();
            self.ready.resize(HELD, 0);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.ready, last);
            self.ready.truncate(written);
            self.taken = 0;
            match result {
                DecoderResult::InputEmpty => self.ended = last,
                DecoderResult::Malformed(..) => self.ready.push(NO_CHARACTER),
                DecoderResult::OutputFull => {}
            }
            self.reader.consume(read);
        }
        Ok(&self.ready[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        self.taken = (self.taken + amount).min(self.ready.len());
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let ready = self.fill_buf()?;
        let read = ready.len().min(buffer.len());
        buffer[..read].copy_from_slice(&ready[..read]);
        self.consume(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8], encoding: &str, chunk: usize) -> Vec<u8> {
        let encoding = Encoding::for_label(encoding.as_bytes()).unwrap();
        let reader = std::io::BufReader::with_capacity(chunk, bytes);
        let mut decoded = Vec::new();
        Decoded::new(reader, encoding).read_to_end(&mut decoded).unwrap();
        decoded
    }

    #[test]
    fn text_comes_out_the_same_whatever_the_encoding_and_the_chunks() {
        let text = "Größe;Straße €\r\n".repeat(2_000);
        let utf16: Vec<u8> = "\u{feff}"
            .chars()
            .chain(text.chars())
            .flat_map(|character| u16::try_from(u32::from(character)).unwrap().to_le_bytes())
            .collect();
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(&text);
        for chunk in [1, 2, 3, 7, 8_192] {
            assert_eq!(decode(&windows, "windows-1252", chunk), text.as_bytes(), "{chunk}");
            assert_eq!(decode(&utf16, "utf-16", chunk), text.as_bytes(), "{chunk}");
            // The mark at the beginning has the last word.
            assert_eq!(decode(&utf16, "utf-8", chunk), text.as_bytes(), "{chunk}");
            assert_eq!(decode(text.as_bytes(), "utf-8", chunk), text.as_bytes(), "{chunk}");
        }
    }

    #[test]
    fn what_cannot_be_decoded_is_no_text_and_ends_nothing() {
        assert_eq!(decode(b"a\xffb\xe4", "utf-8", 1), b"a\xffb\xff");
        assert_eq!(decode(b"a\0\x00\xdcb\0c", "utf-16le", 8), b"a\xffb\xff");
        assert_eq!(decode(b"", "utf-16", 8), b"");
    }
}

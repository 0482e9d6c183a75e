//! Numbers and short byte strings, one after the other: small numbers take one byte.

/// Writes a number, seven bits a byte, the lowest first.
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = number.to_le_bytes()[0] & 0x7f;
        number >>= 7;
        if number == 0 {
            return bytes.push(low);
        }
        bytes.push(low | 0x80);
    }
}

/// Writes a number that may be below 0, such that those near 0 are short.
pub(super) fn put_signed(bytes: &mut Vec<u8>, number: i64) {
    put(bytes, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// Writes bytes with their length before them.
pub(super) fn put_bytes(bytes: &mut Vec<u8>, these: &[u8]) {
    put(bytes, these.len() as u64);
    bytes.extend_from_slice(these);
}

/// Reads what was written, in the same order. Beyond the end there are zeros.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    #[inline]
    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    #[inline]
    pub(super) fn number(&mut self) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte();
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        number
    }

    #[inline]
    pub(super) fn signed(&mut self) -> i64 {
        let number = self.number();
        (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
    }

    #[inline]
    pub(super) fn size(&mut self) -> usize {
        usize::try_from(self.number()).unwrap_or(usize::MAX)
    }

    #[inline]
    pub(super) fn bytes(&mut self) -> &'a [u8] {
        let length = self.size().min(self.0.len());
        let (these, rest) = self.0.split_at(length);
        self.0 = rest;
        these
    }
}

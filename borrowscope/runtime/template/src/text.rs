//! Bytes of a path or a name in a buffer of fixed size: the recorder allocates nothing.

/// Longest path that is handled.
pub(crate) const LIMIT: usize = 4096;

/// A text under construction. What does not fit is left out and makes it invalid.
#[derive(Clone, Copy)]
pub(crate) struct Text {
    bytes: [u8; LIMIT],
    size: usize,
    whole: bool,
}

impl Text {
    /// The empty text.
    pub(crate) const fn new() -> Text {
        Text {
            bytes: [0; LIMIT],
            size: 0,
            whole: true,
        }
    }

    /// Appends bytes; one byte always stays free for the zero that ends a C string.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = LIMIT - 1 - self.size;
        if bytes.len() > room {
            self.whole = false;
            return;
        }
        self.bytes[self.size..self.size + bytes.len()].copy_from_slice(bytes);
        self.size += bytes.len();
    }

    /// Appends a number, with leading zeros up to `width` digits.
    pub(crate) fn push_number(&mut self, number: u64, width: usize) {
        let mut digits = [b'0'; 20];
        let mut rest = number;
        let mut at = digits.len();
        while rest > 0 || digits.len() - at < width {
            at -= 1;
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        if at == digits.len() {
            at -= 1;
        }
        self.push(&digits[at..]);
    }

    /// The text as a decimal number, if it is one.
    pub(crate) fn as_number(&self) -> Option<u64> {
        core::str::from_utf8(self.as_bytes()).ok()?.parse().ok()
    }

    /// The bytes so far.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.size]
    }

    /// Whether something was pushed and all of it fitted.
    pub(crate) fn is_usable(&self) -> bool {
        self.whole && self.size > 0
    }
}

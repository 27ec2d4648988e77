//! Bytes of a path or a name in a page of their own: the recorder allocates nothing, and threads may have small stacks.

use crate::platform;
use core::ptr;

/// Longest path that is handled.
pub(crate) const LIMIT: usize = 4096;

/// A text under construction. What does not fit is left out and makes it invalid. A zero follows it.
pub(crate) struct Text {
    /// A page that was zero, null while the text is empty.
    bytes: *mut u8,
    size: usize,
    whole: bool,
}

impl Text {
    /// The empty text.
    pub(crate) const fn new() -> Text {
        Text {
            bytes: ptr::null_mut(),
            size: 0,
            whole: true,
        }
    }

    /// Appends bytes; one byte always stays free for the zero that ends a C string.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.fill(|room| match room.get_mut(..bytes.len()) {
            Some(place) => {
                place.copy_from_slice(bytes);
                Some(bytes.len())
            }
            None => None,
        });
    }

    /// Appends what `write` puts into the room that is left; it tells how many bytes, or that they do not fit.
    pub(crate) fn fill(&mut self, write: impl FnOnce(&mut [u8]) -> Option<usize>) {
        if self.bytes.is_null() {
            self.bytes = platform::page(LIMIT).unwrap_or(ptr::null_mut());
        }
        let room = match self.bytes.is_null() {
            true => &mut [][..],
            // SAFETY: the page is this text's own; the last byte stays zero.
            false => unsafe { core::slice::from_raw_parts_mut(self.bytes.add(self.size), LIMIT - 1 - self.size) },
        };
        let most = room.len();
        match write(room) {
            Some(size) if size <= most => self.size += size,
            _ => self.whole = false,
        }
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
        match self.bytes.is_null() {
            true => &[],
            // SAFETY: so many bytes of the page were written.
            false => unsafe { core::slice::from_raw_parts(self.bytes, self.size) },
        }
    }

    /// The address of the text, which ends with a zero.
    #[cfg_attr(borrowscope_portable, allow(dead_code))]
    pub(crate) fn as_ptr(&self) -> *const u8 {
        match self.bytes.is_null() {
            true => b"\0".as_ptr(),
            false => self.bytes,
        }
    }

    /// Whether something was pushed and all of it fitted.
    pub(crate) fn is_usable(&self) -> bool {
        self.whole && self.size > 0
    }
}

impl Clone for Text {
    fn clone(&self) -> Text {
        let mut text = Text::new();
        if self.size > 0 {
            text.push(self.as_bytes());
        }
        text.whole &= self.whole;
        text
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        if !self.bytes.is_null() {
            platform::release(self.bytes as usize, LIMIT);
        }
    }
}

//! How a growable buffer lies in memory: where its fields really are, and how its content begins.

use core::fmt::{self, Debug, Write};
use core::mem::{size_of, ManuallyDrop};

const WORD: usize = size_of::<usize>();
const WORDS: usize = 3;
/// Bytes of a preview.
const PREVIEW: usize = 256;
/// A longer text is told by its beginning.
const LONGEST_TEXT: usize = 20;
const BEGINNING: usize = 17;
/// More items are told by the first.
const MOST_ITEMS: usize = 5;

/// A `String` or a `Vec`.
pub(crate) struct Layout {
    pub(crate) type_name: &'static str,
    pub(crate) pointer: usize,
    pub(crate) length: usize,
    pub(crate) capacity: usize,
    /// Bytes from the variable's beginning to the field.
    pub(crate) pointer_at: usize,
    pub(crate) length_at: usize,
    pub(crate) capacity_at: usize,
    /// Bytes of the heap part that are used ...
    pub(crate) used: usize,
    /// ... and that are reserved.
    pub(crate) room: usize,
    preview: Preview,
}

struct Preview {
    bytes: [u8; PREVIEW],
    size: usize,
}

impl Layout {
    /// How a text lies in memory.
    pub(crate) fn of_text(text: &String) -> Layout {
        let mut layout = Layout::of(text.as_ptr(), text.len(), text.capacity());
        layout.type_name = std::any::type_name::<String>();
        let _ = preview_text(&mut layout.preview, text);
        layout
    }

    /// How items lie in memory. Their own `Debug` shows them.
    pub(crate) fn of_items<T: Debug>(items: &Vec<T>) -> Layout {
        let mut layout = Layout::of(items.as_ptr(), items.len(), items.capacity());
        let _ = preview_items(&mut layout.preview, items);
        layout
    }

    fn of<T>(pointer: *const T, length: usize, capacity: usize) -> Layout {
        let [pointer_at, length_at, capacity_at] = offsets::<T>();
        Layout {
            type_name: std::any::type_name::<Vec<T>>(),
            pointer: pointer as usize,
            length,
            capacity,
            pointer_at,
            length_at,
            capacity_at,
            used: length.saturating_mul(size_of::<T>()),
            room: capacity.saturating_mul(size_of::<T>()),
            preview: Preview {
                bytes: [0; PREVIEW],
                size: 0,
            },
        }
    }

    /// The beginning of the content.
    pub(crate) fn preview(&self) -> &str {
        core::str::from_utf8(&self.preview.bytes[..self.preview.size]).unwrap_or("")
    }
}

/// Where pointer, length and capacity lie in a `Vec<T>`, asked of one whose three words differ. `String` lies as its
/// `Vec<u8>`; of items without a size the capacity is not in the words, and they lie as those of bytes.
fn offsets<T>() -> [usize; WORDS] {
    if size_of::<T>() == 0 {
        return offsets::<u8>();
    }
    let probe = ManuallyDrop::new(Vec::<T>::with_capacity(1));
    let wanted = [probe.as_ptr() as usize, probe.len(), probe.capacity()];
    // SAFETY: a Vec of items with a size is three initialised words.
    let words = unsafe { (&*probe as *const Vec<T>).cast::<[usize; WORDS]>().read() };
    drop(ManuallyDrop::into_inner(probe));
    wanted.map(|value| words.iter().position(|word| *word == value).unwrap_or(0) * WORD)
}

fn preview_text(preview: &mut Preview, text: &str) -> fmt::Result {
    if text.len() <= LONGEST_TEXT {
        return write!(preview, "\"{text}\"");
    }
    let mut end = BEGINNING;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    write!(preview, "\"{}...\"", &text[..end])
}

fn preview_items<T: Debug>(preview: &mut Preview, items: &[T]) -> fmt::Result {
    match items.first() {
        Some(first) if items.len() > MOST_ITEMS => write!(preview, "[{first:?}, ... ({} items)]", items.len()),
        _ => write!(preview, "{items:?}"),
    }
}

impl Write for Preview {
    /// Takes what fits, in whole characters.
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut size = text.len().min(PREVIEW - self.size);
        while !text.is_char_boundary(size) {
            size -= 1;
        }
        self.bytes[self.size..self.size + size].copy_from_slice(&text.as_bytes()[..size]);
        self.size += size;
        if size == text.len() {
            Ok(())
        } else {
            Err(fmt::Error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three words of a buffer, by the offsets that were found.
    fn words<T>(buffer: &T, layout: &Layout) -> [usize; WORDS] {
        assert_eq!(size_of::<T>(), WORDS * WORD);
        // SAFETY: a buffer of items with a size is three initialised words.
        let words = unsafe { (buffer as *const T).cast::<[usize; WORDS]>().read() };
        [layout.pointer_at, layout.length_at, layout.capacity_at].map(|at| words[at / WORD])
    }

    #[test]
    fn fields_are_where_the_variable_has_them() {
        let mut text = String::with_capacity(50);
        text.push_str("four");
        let layout = Layout::of_text(&text);
        assert_eq!(words(&text, &layout), [text.as_ptr() as usize, 4, text.capacity()]);
        assert_eq!((layout.used, layout.room), (4, text.capacity()));

        let full = vec![1u64, 2, 3].into_boxed_slice().into_vec();
        let layout = Layout::of_items(&full);
        assert_eq!(words(&full, &layout), [full.as_ptr() as usize, 3, 3]);
        assert_eq!((layout.used, layout.room), (24, 24));
        assert_ne!(layout.length_at, layout.capacity_at);
    }

    #[test]
    fn items_without_a_size_have_no_heap_part() {
        let layout = Layout::of_items(&vec![(), ()]);
        assert_eq!((layout.length, layout.used, layout.room), (2, 0, 0));
        assert_eq!(layout.preview(), "[(), ()]");
    }

    #[test]
    fn a_preview_ends_between_characters() {
        for size in 0..40 {
            let text = "\u{e9}".repeat(size) + "x";
            let layout = Layout::of_text(&text);
            let shown = layout.preview().trim_matches('"');
            assert!(text.starts_with(shown.trim_end_matches("...")), "{shown}");
        }
        assert_eq!(
            Layout::of_text(&"a".repeat(20)).preview(),
            format!("\"{}\"", "a".repeat(20))
        );
        assert_eq!(
            Layout::of_text(&"a".repeat(21)).preview(),
            format!("\"{}...\"", "a".repeat(17))
        );
    }

    #[test]
    fn many_items_are_told_by_the_first() {
        assert_eq!(Layout::of_items(&vec![1, 2, 3, 4, 5]).preview(), "[1, 2, 3, 4, 5]");
        assert_eq!(Layout::of_items(&vec![1; 6]).preview(), "[1, ... (6 items)]");
        assert_eq!(Layout::of_items(&vec!["\u{1F980}".repeat(100)]).preview().len() / 4, 63);
    }
}

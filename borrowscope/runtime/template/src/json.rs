//! Writes JSON, indented by two spaces, without any dependency.

use crate::values::View;

/// A text of JSON under construction.
pub(crate) struct Writer {
    text: String,
    depth: usize,
    /// Whether something stands already in the object or list that is open.
    is_filled: bool,
}

impl Writer {
    pub(crate) fn new() -> Writer {
        Writer {
            text: String::new(),
            depth: 0,
            is_filled: false,
        }
    }

    /// The whole text.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// An object; `content` writes its fields.
    pub(crate) fn object(&mut self, content: impl FnOnce(&mut Writer)) {
        self.nested('{', '}', content);
    }

    /// A list; `each` writes one item.
    pub(crate) fn list<T>(&mut self, items: impl IntoIterator<Item = T>, mut each: impl FnMut(&mut Writer, T)) {
        self.nested('[', ']', |json| {
            for item in items {
                json.next();
                each(json, item);
            }
        });
    }

    /// A field of the object that is open; its value follows.
    pub(crate) fn key(&mut self, name: &str) -> &mut Writer {
        self.next();
        self.string(name);
        self.text.push_str(": ");
        self
    }

    /// A field with its value.
    pub(crate) fn field(&mut self, name: &str, value: View) {
        self.key(name).value(value);
    }

    /// A field that is left out where there is no value.
    pub(crate) fn optional(&mut self, name: &str, value: View) {
        if !matches!(value, View::Null) {
            self.field(name, value);
        }
    }

    /// A plain value.
    pub(crate) fn value(&mut self, value: View) {
        match value {
            View::Text(text) => self.string(text),
            View::Number(number) => self.text.push_str(&number.to_string()),
            View::Flag(flag) => self.text.push_str(if flag { "true" } else { "false" }),
            View::Null => self.text.push_str("null"),
        }
    }

    fn nested(&mut self, open: char, close: char, content: impl FnOnce(&mut Writer)) {
        self.text.push(open);
        self.depth += 1;
        self.is_filled = false;
        content(self);
        self.depth -= 1;
        if self.is_filled {
            self.new_line();
        }
        self.text.push(close);
        self.is_filled = true;
    }

    fn next(&mut self) {
        if self.is_filled {
            self.text.push(',');
        }
        self.new_line();
        self.is_filled = true;
    }

    fn new_line(&mut self) {
        self.text.push('\n');
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }

    fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                control if control < ' ' => self.text.push_str(&format!("\\u{:04x}", u32::from(control))),
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_lists_are_indented() {
        let mut json = Writer::new();
        json.object(|json| {
            json.field("a", View::Number(1));
            json.optional("left out", View::Null);
            json.key("b")
                .list([true, false], |json, flag| json.value(View::Flag(flag)));
            json.key("c").list([0; 0], |json, _| json.value(View::Null));
            json.key("d").object(|json| json.field("e", View::Null));
        });
        let expected =
            "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    false\n  ],\n  \"c\": [],\n  \"d\": {\n    \"e\": null\n  }\n}";
        assert_eq!(json.finish(), expected);
    }

    #[test]
    fn texts_are_escaped() {
        let mut json = Writer::new();
        json.value(View::Text("\"\\\n\r\t\u{8}\u{c}\u{1}ü\u{1f600}"));
        assert_eq!(json.finish(), "\"\\\"\\\\\\n\\r\\t\\b\\f\\u0001ü\u{1f600}\"");
    }
}

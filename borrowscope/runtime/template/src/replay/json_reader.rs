//! Reads JSON, as far as `sites.json` needs it. What is no JSON is nothing.

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Deeper values than these are refused.
const DEEPEST: usize = 64;

impl Json {
    /// The value of a whole text.
    pub(super) fn parse(text: &str) -> Option<Json> {
        let mut reader = Reader {
            text,
            bytes: text.as_bytes(),
            at: 0,
        };
        let value = reader.value(0)?;
        reader.skip_space();
        (reader.at == text.len()).then_some(value)
    }

    /// A field of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<u64> {
        match self {
            Json::Number(number) if *number >= 0.0 => Some(*number as u64),
            _ => None,
        }
    }

    pub(super) fn items(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        self.skip_space();
        match self.bytes.get(self.at)? {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.string().map(Json::Text),
            b't' => self.word("true", Json::Flag(true)),
            b'f' => self.word("false", Json::Flag(false)),
            b'n' => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        let mut fields = Vec::new();
        self.at += 1;
        while !self.takes(b'}') {
            if !fields.is_empty() && !self.takes(b',') {
                return None;
            }
            self.skip_space();
            let key = self.string()?;
            if !self.takes(b':') {
                return None;
            }
            fields.push((key, self.value(depth + 1)?));
        }
        Some(Json::Object(fields))
    }

    fn list(&mut self, depth: usize) -> Option<Json> {
        let mut items = Vec::new();
        self.at += 1;
        while !self.takes(b']') {
            if !items.is_empty() && !self.takes(b',') {
                return None;
            }
            items.push(self.value(depth + 1)?);
        }
        Some(Json::List(items))
    }

    fn string(&mut self) -> Option<String> {
        if self.bytes.get(self.at) != Some(&b'"') {
            return None;
        }
        self.at += 1;
        let mut whole = String::new();
        loop {
            let start = self.at;
            while !matches!(self.bytes.get(self.at)?, b'"' | b'\\') {
                self.at += 1;
            }
            whole.push_str(self.text.get(start..self.at)?);
            self.at += 1;
            if self.bytes[self.at - 1] == b'"' {
                return Some(whole);
            }
            whole.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Option<char> {
        let kind = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(match kind {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => return self.unicode(),
            b'"' | b'\\' | b'/' => char::from(kind),
            _ => return None,
        })
    }

    fn unicode(&mut self) -> Option<char> {
        let first = self.hex()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        if self.text.get(self.at..self.at + 2)? != "\\u" {
            return None;
        }
        self.at += 2;
        let second = self.hex()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x10000 + ((first - 0xd800) << 10 | second))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Option<Json> {
        let start = self.at;
        while matches!(
            self.bytes.get(self.at),
            Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
        ) {
            self.at += 1;
        }
        self.text.get(start..self.at)?.parse().ok().map(Json::Number)
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        if self.text.get(self.at..self.at + word.len())? != word {
            return None;
        }
        self.at += word.len();
        Some(value)
    }

    /// Whether this character comes next; it is taken then.
    fn takes(&mut self, character: u8) -> bool {
        self.skip_space();
        let is_next = self.bytes.get(self.at) == Some(&character);
        self.at += usize::from(is_next);
        is_next
    }

    fn skip_space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        let text = r#" {"a": [1, -2.5e1, true, null], "b\"\u00fc\ud83d\ude00": {"c": "\\/\n"}, "d": [], "e": {}} "#;
        let json = Json::parse(text).unwrap_or(Json::Null);
        let items = [Json::Number(1.0), Json::Number(-25.0), Json::Flag(true), Json::Null];
        assert_eq!(json.get("a").map(Json::items), Some(&items[..]));
        let inner = json.get("b\"ü\u{1f600}").and_then(|inner| inner.get("c"));
        assert_eq!(inner.and_then(Json::text), Some("\\/\n"));
        assert_eq!(json.get("a").and_then(|list| list.items()[0].number()), Some(1));
        assert_eq!(json.get("d"), Some(&Json::List(Vec::new())));
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        let deep = "[".repeat(100) + &"]".repeat(100);
        let cut = r#"{"a": {"b": ["c", 1"#;
        for text in [
            "",
            "{",
            "[1 2]",
            "{\"a\" 1}",
            "\"\\q\"",
            "\"\\ud800\"",
            "nul",
            "1 1",
            "[1,]",
            &deep,
        ] {
            assert_eq!(Json::parse(text), None, "{text}");
        }
        for end in 0..cut.len() {
            assert_eq!(Json::parse(&cut[..end]), None);
        }
    }
}

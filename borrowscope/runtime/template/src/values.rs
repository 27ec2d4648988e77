//! The values of an event's fields: as they are made from a stream, and as they are shown to whoever writes them.

/// A value for a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Number(u64),
    Flag(bool),
    Maybe(Option<String>),
    List(Vec<String>),
}

/// The values of one event, taken in the order of its fields. A value of another kind than is asked for is empty.
pub(crate) struct Values(std::vec::IntoIter<Value>);

impl Values {
    pub(crate) fn new(values: Vec<Value>) -> Values {
        Values(values.into_iter())
    }

    pub(crate) fn text(&mut self) -> String {
        self.maybe().unwrap_or_default()
    }

    pub(crate) fn maybe(&mut self) -> Option<String> {
        match self.0.next() {
            Some(Value::Text(text)) => Some(text),
            Some(Value::Maybe(text)) => text,
            _ => None,
        }
    }

    pub(crate) fn number(&mut self) -> usize {
        match self.0.next() {
            Some(Value::Number(number)) => number as usize,
            _ => 0,
        }
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.0.next() == Some(Value::Flag(true))
    }
}

/// A value as somebody else sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum View<'a> {
    Text(&'a str),
    Number(u64),
    Flag(bool),
    Null,
}

impl<'a> View<'a> {
    pub(crate) fn maybe(text: &'a Option<String>) -> View<'a> {
        text.as_deref().map_or(View::Null, View::Text)
    }

    pub(crate) fn maybe_number(number: Option<u64>) -> View<'a> {
        number.map_or(View::Null, View::Number)
    }
}

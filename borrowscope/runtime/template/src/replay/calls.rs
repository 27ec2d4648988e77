//! Calls made by hand: from their recorded words to the events that they mean.

use super::meaning::{Function, Meaning, Other, Party, Piece, Source, Template, Word};
use super::parties::Number;
use super::slots::{Head, Slot};
use super::tables::{FUNCTIONS, VARIANTS};
use super::{Facts, Replay};
use crate::format;
use crate::values::Value;
use std::fmt::Write;
use std::rc::Rc;

/// More texts than these do not fit into a call.
const MOST_TEXTS: u32 = 1 << 17;

/// A recorded word.
enum Argument {
    Text(Option<Rc<str>>),
    Flag(bool),
    Number(u64),
    Texts(Vec<Rc<str>>),
}

/// A party as an event knows it: its text, and the instance if there is one.
#[derive(Clone, Default)]
struct Known {
    number: Option<Number>,
    text: Rc<str>,
}

/// One call while it is told.
struct Call<'a> {
    thread: u32,
    words: &'a [Argument],
    /// Timestamp of the call's first event.
    time: u64,
}

impl Replay<'_> {
    /// Tells what a call means.
    pub(super) fn call(&mut self, head: Head) {
        let slot = self.heads.slot(head);
        let number = (slot[0] & format::CALL_MASK) as usize;
        let Some(function) = number.checked_sub(1).and_then(|place| FUNCTIONS.get(place)) else {
            return;
        };
        let words = self.arguments(head, slot, function);
        let call = Call {
            thread: self.heads.thread(head),
            words: &words,
            time: self.time(),
        };
        let mut first = None;
        for meaning in function.meanings {
            let (instance, other) = self.parties_of(&call, meaning, first.clone());
            let value = |source: &Source, replay: &mut Self| replay.value(&call, source, &instance, &other);
            let values = meaning.fields.iter().map(|source| value(source, self)).collect();
            let facts = self.wants_facts.then(|| {
                let more = meaning.more.iter().map(|(more, source)| (*more, value(source, self)));
                let more = more.collect();
                Box::new(Facts {
                    more,
                    ..self.facts_of(&call, meaning, &instance, &other)
                })
            });
            self.tell(head, meaning.kind, values, facts);
            first.get_or_insert(instance);
        }
    }

    fn arguments(&self, head: Head, slot: Slot, function: &Function) -> Vec<Argument> {
        let is_narrow = slot[0] & format::CALL_NARROW != 0;
        let mut raw = vec![slot[2], slot[3]];
        for more in self.heads.followers(head) {
            raw.extend_from_slice(&more[1..]);
        }
        let thread = self.known.threads.get(&self.heads.thread(head));
        let text = |number: u32| thread.and_then(|thread| thread.text(number)).cloned();
        let mut at = 0;
        let mut next = || {
            at += 1;
            raw.get(at - 1).copied().unwrap_or(0)
        };
        let read = |word: &Word| match word {
            Word::Text => Argument::Text(text(next())),
            Word::Flag => Argument::Flag(next() != 0),
            Word::Number if is_narrow => Argument::Number(next().into()),
            Word::Number | Word::Address => {
                let low = u64::from(next());
                Argument::Number(low | u64::from(next()) << 32)
            }
            Word::Texts => {
                let count = next().min(MOST_TEXTS);
                Argument::Texts((0..count).filter_map(|_| text(next())).collect())
            }
        };
        function.words.iter().map(read).collect()
    }

    /// The instance and the other party. Those that are known are looked up before one is born.
    fn parties_of(&mut self, call: &Call, meaning: &Meaning, first: Option<Known>) -> (Known, Known) {
        let instance = self.look_up(call, &meaning.instance, first);
        let other = self.look_up(call, &meaning.other, None);
        let instance = instance.unwrap_or_else(|| self.give_birth(call, &meaning.instance));
        let other = other.unwrap_or_else(|| self.give_birth(call, &meaning.other));
        (instance, other)
    }

    /// The party, unless it is born now.
    fn look_up(&mut self, call: &Call, party: &Party, first: Option<Known>) -> Option<Known> {
        match party {
            Party::None => Some(Known::default()),
            Party::Same => Some(first.unwrap_or_default()),
            Party::Born { .. } => None,
            Party::Known {
                otherwise,
                name,
                id,
                ends,
            } => Some(self.find(call, otherwise, name, *id, *ends)),
        }
    }

    fn find(&mut self, call: &Call, otherwise: Template, name: Template, id: Option<usize>, ends: bool) -> Known {
        let found = match id {
            Some(word) => self.parties.newest_with_id(call.thread, call.number(word)),
            None => {
                let name = self.fill(call, name);
                self.parties.newest(call.thread, &name)
            }
        };
        match found {
            Some(number) => {
                if ends {
                    self.parties.end(number);
                }
                Known {
                    number: Some(number),
                    text: self.parties.text(number).clone(),
                }
            }
            None => Known {
                number: None,
                text: self.fill(call, otherwise).into(),
            },
        }
    }

    fn give_birth(&mut self, call: &Call, party: &Party) -> Known {
        let Party::Born { name, text, id } = party else {
            return Known::default();
        };
        let (name, text) = (self.fill(call, name), self.fill(call, text));
        let number = self.parties.add(call.thread, &name, &text);
        if let Some(word) = id {
            self.parties.set_id(call.thread, call.number(*word), number);
        }
        Known {
            number: Some(number),
            text: text.into(),
        }
    }

    fn value(&mut self, call: &Call, source: &Source, instance: &Known, other: &Known) -> Value {
        match source {
            Source::Text(template) => Value::Text(self.fill(call, template)),
            Source::Word(word) => call.value(*word),
            Source::Flag(flag) => Value::Flag(*flag),
            Source::Instance(suffix) => Value::Text(format!("{}{suffix}", instance.text)),
            Source::Other => Value::Text(other.text.to_string()),
        }
    }

    fn facts_of(&mut self, call: &Call, meaning: &Meaning, instance: &Known, other: &Known) -> Facts {
        let location = meaning.location.and_then(|word| call.text(word));
        let name = self.fill(call, meaning.name);
        let own_name = || instance.number.map(|number| self.parties.name(number).to_string());
        let name = if name.is_empty() { own_name() } else { Some(name) };
        let ty = self.fill(call, meaning.ty);
        let mut facts = Facts {
            name,
            ty: (!ty.is_empty()).then_some(ty),
            location: location.map(|text| text.to_string()),
            instance: instance.number,
            address: meaning.address.map_or(0, |word| call.number(word)),
            ..Facts::default()
        };
        match VARIANTS[meaning.kind as usize - 1].other {
            Other::Source => facts.source = other.number,
            Other::To => (facts.from, facts.to) = (instance.number, other.number),
            _ => facts.owner = other.number,
        }
        facts
    }

    /// A text made of recorded words.
    fn fill(&mut self, call: &Call, template: Template) -> String {
        let mut text = String::new();
        for piece in template {
            let _ = match piece {
                Piece::Plain(plain) => text.write_str(plain),
                Piece::Word(word) => call.write(*word, &mut text),
                Piece::Hex(word) => write!(text, "{:#x}", call.number(*word)),
                Piece::Count => write!(text, "{}", self.parties.count()),
                Piece::Time => write!(text, "{}", call.time),
            };
        }
        text
    }
}

impl Call<'_> {
    fn number(&self, word: usize) -> u64 {
        match self.words.get(word) {
            Some(Argument::Number(number)) => *number,
            _ => 0,
        }
    }

    fn text(&self, word: usize) -> Option<&Rc<str>> {
        match self.words.get(word) {
            Some(Argument::Text(text)) => text.as_ref(),
            _ => None,
        }
    }

    fn value(&self, word: usize) -> Value {
        match self.words.get(word) {
            Some(Argument::Text(text)) => Value::Maybe(text.as_ref().map(|text| text.to_string())),
            Some(Argument::Flag(flag)) => Value::Flag(*flag),
            Some(Argument::Number(number)) => Value::Number(*number),
            Some(Argument::Texts(texts)) => Value::List(texts.iter().map(|text| text.to_string()).collect()),
            None => Value::Maybe(None),
        }
    }

    fn write(&self, word: usize, into: &mut String) -> std::fmt::Result {
        match self.words.get(word) {
            Some(Argument::Text(Some(text))) => into.write_str(text),
            Some(Argument::Number(number)) => write!(into, "{number}"),
            Some(Argument::Flag(flag)) => write!(into, "{flag}"),
            _ => Ok(()),
        }
    }
}

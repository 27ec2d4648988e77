//! The instances of variables that calls and generated events tell of, and how they are found again.

use super::hashing::Map;
use std::rc::Rc;

/// Number of an instance, from 0 in the order of births since the reset.
pub(super) type Number = usize;

struct Instance {
    text: Rc<str>,
    name: Rc<str>,
    is_live: bool,
}

/// All instances since the reset.
#[derive(Default)]
pub(super) struct Parties {
    instances: Vec<Instance>,
    /// The instances of each thread by name, the newest last.
    names: Map<u32, Map<Rc<str>, Vec<Number>>>,
    /// The instances of each thread by the id that the caller gave, and those of all threads.
    ids: Map<(Option<u32>, u64), Vec<Number>>,
    /// The instances of generated code.
    generated: Map<u32, Number>,
    counted: u64,
}

impl Parties {
    /// How often this was asked before.
    pub(super) fn count(&mut self) -> u64 {
        self.counted += 1;
        self.counted - 1
    }

    /// A new instance; the newest of its name on this thread.
    pub(super) fn add(&mut self, thread: u32, name: &str, text: &str) -> Number {
        let number = self.instances.len();
        let name: Rc<str> = name.into();
        self.instances.push(Instance {
            text: text.into(),
            name: name.clone(),
            is_live: true,
        });
        self.names
            .entry(thread)
            .or_default()
            .entry(name)
            .or_default()
            .push(number);
        number
    }

    /// An instance is found by this id from now on.
    pub(super) fn set_id(&mut self, thread: u32, id: u64, number: Number) {
        for owner in [Some(thread), None] {
            self.ids.entry((owner, id)).or_default().push(number);
        }
    }

    /// An instance of generated code gets its number in the stream.
    pub(super) fn set_generated(&mut self, instance: u32, number: Number) {
        self.generated.insert(instance, number);
    }

    /// The instance of generated code with this number.
    pub(super) fn generated(&self, instance: u32) -> Option<Number> {
        self.generated.get(&instance).copied()
    }

    /// The newest live instance of a name on a thread.
    pub(super) fn newest(&mut self, thread: u32, name: &str) -> Option<Number> {
        last_live(&self.instances, self.names.get_mut(&thread)?.get_mut(name)?)
    }

    /// The newest live instance with an id on a thread, else in the process.
    pub(super) fn newest_with_id(&mut self, thread: u32, id: u64) -> Option<Number> {
        [Some(thread), None]
            .iter()
            .find_map(|owner| last_live(&self.instances, self.ids.get_mut(&(*owner, id))?))
    }

    /// The life of an instance is over.
    pub(super) fn end(&mut self, number: Number) {
        self.instances[number].is_live = false;
    }

    /// The text by which events name an instance.
    pub(super) fn text(&self, number: Number) -> &Rc<str> {
        &self.instances[number].text
    }

    /// The name of an instance's variable.
    pub(super) fn name(&self, number: Number) -> &Rc<str> {
        &self.instances[number].name
    }
}

/// The last one that lives; those behind it are forgotten.
fn last_live(instances: &[Instance], numbers: &mut Vec<Number>) -> Option<Number> {
    while let Some(number) = numbers.last() {
        if instances[*number].is_live {
            return Some(*number);
        }
        numbers.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_live_one_is_found() {
        let mut parties = Parties::default();
        let first = parties.add(0, "x", "x_0");
        let second = parties.add(0, "x", "x_1");
        assert_eq!(parties.newest(0, "x"), Some(second));
        assert_eq!(parties.newest(1, "x"), None);
        parties.end(second);
        assert_eq!(parties.newest(0, "x"), Some(first));
        parties.end(first);
        assert_eq!(parties.newest(0, "x"), None);
    }

    #[test]
    fn an_id_is_looked_for_on_the_thread_first() {
        let mut parties = Parties::default();
        let here = parties.add(0, "x", "x_7");
        parties.set_id(0, 7, here);
        let there = parties.add(1, "x", "x_7");
        parties.set_id(1, 7, there);
        assert_eq!(parties.newest_with_id(0, 7), Some(here));
        parties.end(here);
        assert_eq!(parties.newest_with_id(0, 7), Some(there));
        parties.end(there);
        assert_eq!(parties.newest_with_id(0, 7), None);
    }
}

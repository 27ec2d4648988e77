//! Reads this process's own stream back: what its calls made by hand mean, and what its generated calls told.

mod calls;
mod generated;
mod hashing;
mod json_reader;
mod meaning;
mod parties;
mod sites;
mod slots;
mod tables;

use crate::format::mark;
use crate::platform::View;
use crate::record::Record;
use crate::text::Text;
use crate::values::{Value, Values};
use crate::{clock, config, format, platform, stream, Event};
use meaning::More;
use parties::{Number, Parties};
use sites::Sites;
use slots::{Heads, Known};
use std::ptr;
use std::rc::Rc;
use std::sync::atomic::{AtomicPtr, Ordering};

pub(crate) use tables::RESET;

/// What one reading leaves to the next: a reader takes it, and puts it back when it has read.
static KEPT: AtomicPtr<Kept> = AtomicPtr::new(ptr::null_mut());

struct Kept {
    known: Known,
    sites: Rc<Sites>,
    /// Where the stream lies whose bytes are known.
    path: Text,
}

/// What is known of an event beside its fields.
#[derive(Default)]
struct Facts {
    name: Option<String>,
    ty: Option<String>,
    /// `file:line[:column]`.
    location: Option<String>,
    /// The site of generated code.
    site: Option<u32>,
    instance: Option<Number>,
    owner: Option<Number>,
    from: Option<Number>,
    to: Option<Number>,
    source: Option<Number>,
    address: u64,
    more: Vec<(More, Value)>,
}

/// An event as it was told.
struct Told {
    event: Event,
    ticks: u64,
    thread: u32,
    facts: Option<Box<Facts>>,
}

/// The events since the last reset, under construction.
struct Replay<'a> {
    known: &'a Known,
    heads: &'a Heads<'a>,
    sites: &'a Sites,
    parties: Parties,
    told: Vec<Told>,
    wants_facts: bool,
}

/// The events of this process since the last reset.
pub(crate) fn events() -> Vec<Event> {
    read(false, |told, _, _| told.into_iter().map(|one| one.event).collect())
}

/// The events of this process since the last reset, with all that is known of them.
pub(crate) fn records() -> Vec<Record> {
    read(true, |told, view, sites| {
        let clock = Clock::of(view);
        told.into_iter().map(|one| record(one, &clock, sites)).collect()
    })
}

/// Reads the stream and hands out what it tells. Nothing is kept locked: who reads at the same time reads more.
fn read<R: Default>(wants_facts: bool, give: impl FnOnce(Vec<Told>, &View, &Sites) -> R) -> R {
    let Some((view, path)) = stream::view() else {
        return R::default();
    };
    let mut kept = take_kept(path);
    let heads = Heads::read(&view, &mut kept.known);
    let mut replay = Replay {
        known: &kept.known,
        heads: &heads,
        sites: &kept.sites,
        parties: Parties::default(),
        told: Vec::new(),
        wants_facts,
    };
    replay.run(limit(&view));
    let told = replay.told;
    let result = give(told, &view, &kept.sites);
    put_kept(kept);
    result
}

fn take_kept(path: Text) -> Box<Kept> {
    let kept = KEPT.swap(ptr::null_mut(), Ordering::AcqRel);
    if !kept.is_null() {
        // SAFETY: the pointer came from a box, and nobody else has it now.
        let kept = unsafe { Box::from_raw(kept) };
        if kept.path.as_bytes() == path.as_bytes() {
            return kept;
        }
    }
    Box::new(Kept {
        known: Known::default(),
        sites: Rc::new(find_sites(&path)),
        path,
    })
}

/// In a forked child: what is kept is about the stream of its parent. Its memory is left, not given back: another
/// thread may have been in the allocator.
pub(crate) fn forget() {
    KEPT.store(ptr::null_mut(), Ordering::Relaxed);
}

fn put_kept(kept: Box<Kept>) {
    let old = KEPT.swap(Box::into_raw(kept), Ordering::AcqRel);
    if !old.is_null() {
        // SAFETY: as above.
        drop(unsafe { Box::from_raw(old) });
    }
}

/// The sites that are compiled in, else those beside the stream; a stream in memory has none beside it.
fn find_sites(stream: &Text) -> Sites {
    if let Some(text) = config::SITES {
        return Sites::parse(text);
    }
    if !stream.is_usable() {
        return Sites::parse("");
    }
    let path = String::from_utf8_lossy(stream.as_bytes()).into_owned();
    let sites = std::path::Path::new(&path).with_file_name("sites.json");
    Sites::parse(&std::fs::read_to_string(sites).unwrap_or_default())
}

/// How many of the newest events count.
fn limit(view: &View) -> usize {
    // SAFETY: the header's page is there, and the field is aligned.
    let limit = unsafe { ((view.address + format::header::LIMIT) as *const u64).read() };
    match limit {
        0 => usize::MAX,
        events => events.min(usize::MAX as u64) as usize,
    }
}

impl Replay<'_> {
    fn run(&mut self, limit: usize) {
        let older = self.heads.len().saturating_sub(limit);
        for head in self.heads.iter().skip(older) {
            match slots::kind_of(self.heads.slot(head)[0]) {
                mark::CALL => self.call(head),
                kind if kind < format::FIRST_MARK => self.generated(head, kind),
                _ => {}
            }
        }
    }

    /// The timestamp of the next event.
    fn time(&self) -> u64 {
        self.told.len() as u64
    }

    fn tell(&mut self, head: slots::Head, kind: u32, values: Vec<Value>, facts: Option<Box<Facts>>) {
        if let Some(event) = Event::make(kind, self.time(), Values::new(values)) {
            self.told.push(Told {
                event,
                ticks: head.ticks,
                thread: self.heads.thread(head),
                facts,
            });
        }
    }
}

/// Turns ticks into time.
struct Clock {
    start: (u64, u64),
    now: (u64, u64),
}

impl Clock {
    fn of(view: &View) -> Clock {
        let number = |offset: usize| {
            // SAFETY: the header's page is there, and the field is aligned.
            unsafe { ((view.address + offset) as *const u64).read() }
        };
        Clock {
            start: (number(format::header::START_TICKS), number(format::header::START_NS)),
            now: platform::keeping_errno(clock::pair),
        }
    }

    /// Nanoseconds since the start.
    fn since_start(&self, ticks: u64) -> u64 {
        let all_ticks = u128::from(self.now.0.saturating_sub(self.start.0)).max(1);
        let all_ns = u128::from(self.now.1.saturating_sub(self.start.1));
        let ticks = u128::from(ticks.saturating_sub(self.start.0));
        (ticks * all_ns / all_ticks) as u64
    }
}

fn record(told: Told, clock: &Clock, sites: &Sites) -> Record {
    let facts = told.facts.map_or_else(Facts::default, |facts| *facts);
    let number = |party: Option<Number>| party.map(|number| number as u64 + 1);
    let mut record = Record {
        event: told.event,
        time_ns: clock.since_start(told.ticks),
        thread: told.thread,
        file: None,
        line: None,
        column: None,
        function: None,
        name: facts.name,
        ty: facts.ty,
        instance: number(facts.instance),
        owner: number(facts.owner),
        from: number(facts.from),
        to: number(facts.to),
        source: number(facts.source),
        object: (facts.address != 0).then_some(facts.address as usize),
        location: None,
        operation_kind: None,
        operation_context: None,
        receiver_type: None,
        result_type: None,
        fn_trait: None,
        live_variables: Vec::new(),
        bindings: Vec::new(),
    };
    if let Some(site) = facts.site.and_then(|site| sites.get(site)) {
        record.file = Some(site.path.clone());
        (record.line, record.column) = (Some(site.line), Some(site.column));
        record.function = Some(site.function.clone());
    } else if let Some(location) = facts.location {
        (record.file, record.line, record.column) = place(&location);
    }
    for (more, value) in facts.more {
        add(&mut record, more, value);
    }
    record
}

/// The parts of `file:line[:column]`. What has no number at its end is a file alone.
fn place(location: &str) -> (Option<String>, Option<u32>, Option<u32>) {
    let split = |text: &str| {
        let (rest, number) = text.rsplit_once(':')?;
        let number = number.parse::<u32>().ok()?;
        (!rest.is_empty()).then(|| (rest.to_string(), number))
    };
    match split(location) {
        None if location.is_empty() => (None, None, None),
        None => (Some(location.to_string()), None, None),
        Some((rest, last)) => match split(&rest) {
            Some((file, line)) => (Some(file), Some(line), Some(last)),
            None => (Some(rest), Some(last), None),
        },
    }
}

fn add(record: &mut Record, more: More, value: Value) {
    let texts = match more {
        More::LiveVariables => &mut record.live_variables,
        More::Bindings => &mut record.bindings,
        _ => return add_text(record, more, value),
    };
    if let Value::List(list) = value {
        *texts = list;
    }
}

fn add_text(record: &mut Record, more: More, value: Value) {
    let place = match more {
        More::Location => &mut record.location,
        More::OperationKind => &mut record.operation_kind,
        More::OperationContext => &mut record.operation_context,
        More::ReceiverType => &mut record.receiver_type,
        More::ResultType => &mut record.result_type,
        More::FnTrait => &mut record.fn_trait,
        More::LiveVariables | More::Bindings => return,
    };
    *place = Values::new(vec![value]).maybe();
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_are_taken_apart() {
        let some = |file: &str, line, column| (Some(file.to_string()), line, column);
        assert_eq!(place("src/main.rs:10:5"), some("src/main.rs", Some(10), Some(5)));
        assert_eq!(place("src/main.rs:10"), some("src/main.rs", Some(10), None));
        assert_eq!(place("C:\\x.rs:10:5"), some("C:\\x.rs", Some(10), Some(5)));
        assert_eq!(place("somewhere"), some("somewhere", None, None));
        assert_eq!(place(":5"), some(":5", None, None));
        assert_eq!(place(""), (None, None, None));
    }
}

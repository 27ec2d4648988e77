//! Borrows of what a call gives, where the callee wants what that leads to.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard};

#[derive(Default, Debug, Clone)]
struct Synced {
    list: Vec<u8>,
    name: String,
}

struct Locked(Mutex<Synced>);

impl Locked {
    fn lock(&self) -> MutexGuard<'_, Synced> {
        self.0.lock().unwrap()
    }
}

#[derive(Clone)]
struct Shared {
    synced: Rc<Locked>,
    plain: Rc<Synced>,
    cell: RefCell<Box<Synced>>,
    all: Vec<Rc<Synced>>,
    path: PathBuf,
}

impl Clone for Locked {
    fn clone(&self) -> Self {
        Locked(Mutex::new(self.lock().clone()))
    }
}

struct Set(usize);
impl Set {
    fn add(&self, to: &mut Synced, more: &str) -> usize {
        to.list.push(more.len() as u8 + self.0 as u8);
        to.name.push_str(more);
        to.list.len()
    }
    fn size(&self, of: &Synced) -> usize {
        of.list.len() + of.name.len() + self.0
    }
}

fn run(shared: &Shared, set: &Set) -> Option<usize> {
    let first = set.add(&mut shared.synced.lock(), &shared.plain.name.to_string());
    let sizes = set.size(&shared.plain.clone()) + set.size(&shared.all[first - 1].clone());
    let last = shared.all.last().map(|one| set.size(&one.clone()))?;
    let boxed = set.size(&shared.cell.borrow().clone());
    let boxed = boxed + set.add(&mut shared.cell.borrow_mut(), "cell");
    let file = shared.path.join("x");
    let ends = file.starts_with(&shared.path.clone());
    println!("{first} {sizes} {last} {boxed} {ends}");
    let kept: &Synced = &shared.synced.lock();
    let more: &mut Synced = &mut Box::new(kept.clone());
    more.list.clear();
    Some(set.size(&Rc::new(Synced { name: shared.path.display().to_string(), ..more.clone() })))
}

fn main() {
    let plain = Rc::new(Synced { list: vec![1], name: "p".into() });
    let locked = Rc::new(Locked(Mutex::default()));
    let cell = RefCell::new(Box::new(Synced::default()));
    let shared = Shared { synced: locked, all: vec![plain.clone(); 2], plain, cell, path: "a/b".into() };
    println!("{:?}", run(&shared.clone(), &Set(2)));
}

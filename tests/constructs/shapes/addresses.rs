// Places whose addresses are taken by macro, as allocators and lists of their own nodes do.
#![allow(unused_unsafe)]
use std::cell::{RefCell, UnsafeCell};
use std::mem::MaybeUninit;
use std::ptr::{self, addr_of, addr_of_mut, NonNull};

#[repr(C, packed)]
struct Packed {
    tag: u8,
    value: u32,
}

struct Inner {
    count: usize,
    list: Vec<u8>,
    parts: [u16; 4],
}

#[derive(Clone, Copy)]
union Either {
    number: u32,
    bytes: [u8; 4],
}

struct Node {
    next: Option<NonNull<Node>>,
    value: Box<u32>,
}

static mut COUNTER: u32 = 1;
static TABLE: [u8; 3] = [1, 2, 3];

struct Table {
    get: unsafe fn(*const ()) -> *const (),
}

unsafe fn same(place: *const ()) -> *const () {
    place
}

fn outputs() -> Option<String> {
    let table = Table { get: same };
    let header = &table as *const Table;
    let text = String::from("output");
    let place = &text as *const String as *const ();
    let mut output = None;
    unsafe {
        for _ in 0..2 {
            output = Some((((*header).get)(place) as *const String).as_ref().cloned());
        }
        let first = (same(place) as *const String).read();
        std::mem::forget(first);
        let again = unsafe { same(place).cast::<String>() }
            .as_ref()
            .map(|text| text.len());
        output.flatten().filter(|text| Some(text.len()) == again)
    }
}

struct Slot {
    value: UnsafeCell<MaybeUninit<String>>,
    lock: RefCell<Vec<u8>>,
}

impl Slot {
    fn get(&self) -> &String {
        unsafe { (&*self.value.get()).assume_init_ref() }
    }

    fn first<'a>(&'a self, list: &'a mut Vec<u8>) -> &'a mut u8 {
        unsafe { (&mut *self.same(list)).get_unchecked_mut(0) }
    }

    fn same<'a>(&self, list: &'a mut Vec<u8>) -> &'a mut Vec<u8> {
        list
    }

    fn last(&mut self) -> u8 {
        let kept = unsafe { *(&*self.lock.borrow()).get_unchecked(1) };
        self.lock.borrow_mut().push(kept);
        unsafe { (&mut *self.value.get()).assume_init_mut() }.push('!');
        let copy = unsafe { (&raw const (*self.value.get())).read().assume_init() };
        std::mem::ManuallyDrop::new(copy).len() as u8
    }
}

fn slots() -> (usize, u8, u8) {
    let value = UnsafeCell::new(MaybeUninit::new(String::from("slot")));
    let mut slot = Slot {
        value,
        lock: RefCell::new(vec![1, 2]),
    };
    let mut list = vec![5];
    *slot.first(&mut list) += 1;
    let last = slot.last();
    let length = slot.get().len();
    std::mem::forget(slot);
    (length, last, list[0])
}

struct Handle(NonNull<Inner>);

impl Handle {
    fn new() -> Self {
        let place = Box::into_raw(Box::new(MaybeUninit::<Inner>::uninit()));
        let inner = unsafe { NonNull::new_unchecked(place.cast::<Inner>()) };
        unsafe {
            ptr::write(addr_of_mut!((*inner.as_ptr()).count), 1);
            addr_of_mut!((*inner.as_ptr()).list).write(vec![1, 2]);
            let parts = addr_of_mut!((*inner.as_ptr()).parts) as *mut u16;
            for index in 0..4 {
                ptr::write(parts.add(index), index as u16);
            }
        }
        Handle(inner)
    }

    fn count(&self) -> usize {
        unsafe { core::ptr::read(core::ptr::addr_of!((*self.0.as_ptr()).count)) }
    }

    fn part(&self, index: usize) -> *const u16 {
        unsafe { addr_of!((*self.0.as_ptr()).parts[index + 1]) }
    }

    unsafe fn list(&self) -> &Vec<u8> {
        unsafe { &*addr_of!((*self.0.as_ptr()).list) }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

fn packed() -> u32 {
    let mut one = Packed { tag: 1, value: 2 };
    let place = addr_of_mut!(one.value);
    unsafe { place.write_unaligned(place.read_unaligned() + u32::from(one.tag)) };
    let boxed = Box::new(one);
    let value = addr_of!(boxed.value);
    unsafe { addr_of!((*value)).read_unaligned() }
}

fn nodes() -> u32 {
    let mut last = Node {
        next: None,
        value: Box::new(3),
    };
    let mut first = Node {
        next: NonNull::new(addr_of_mut!(last)),
        value: Box::new(4),
    };
    let mut total = 0;
    let mut at = Some(NonNull::from(&mut first));
    while let Some(node) = at {
        unsafe {
            total += *ptr::read(addr_of!((*node.as_ptr()).value))
                .as_ref()
                .min(&mut 9);
            at = *addr_of!((*node.as_ptr()).next);
        }
    }
    std::mem::forget((first, last));
    total
}

fn lent() -> usize {
    let cell = RefCell::new(vec![1u8, 2, 3]);
    let place = addr_of!(cell.borrow()[1]);
    let text = String::from("text");
    let other = addr_of!(text);
    let values = vec![addr_of!(text), other];
    assert_eq!(values[0], addr_of!(*other), "the same place");
    println!("{}", addr_of!(text) == other);
    (unsafe { (&*values[1]).len() }) + usize::from(place.is_null())
}

fn unions() -> u8 {
    let mut either = Either { number: 258 };
    let place = addr_of_mut!(either.bytes);
    unsafe {
        addr_of_mut!((*place)[0]).write(7);
        *addr_of!(either.bytes[0]) + either.bytes[1]
    }
}

fn statics() -> u32 {
    let place = addr_of_mut!(COUNTER);
    unsafe { *place += u32::from(*addr_of!(TABLE[1])) };
    unsafe { addr_of!(COUNTER).read() }
}

fn main() {
    let handle = Handle::new();
    println!("{:?}", slots());
    println!("{} {}", handle.count(), unsafe { *handle.part(1) });
    println!("{:?} {:?}", unsafe { handle.list() }, outputs());
    println!(
        "{} {} {} {} {}",
        packed(),
        nodes(),
        lent(),
        unions(),
        statics()
    );
}

//! What a thread has tried to take: the locks and cells of its last attempts, by which a guard finds its own.

use crate::format::SITE_MASK;
use std::cell::Cell;

/// Attempts that a thread remembers.
const KEPT: usize = 8;
const NOTHING: Taken = Taken {
    site: 0,
    owner: 0,
    address: 0,
    size: 0,
    value: 0,
};

/// Stands for a site: the guard comes from the last attempt, which is one of several in the same expression.
pub(crate) const LAST: u32 = SITE_MASK;

/// One lock or cell that was tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// Site of the attempt.
    pub(crate) site: u32,
    /// Instance of the binding that is the lock or cell, 0 where none is known.
    pub(crate) owner: u32,
    /// Where the lock or cell lies.
    pub(crate) address: usize,
    size: usize,
    /// Where the value lies that the last guard of it guards: a part of it, or what it owns.
    value: usize,
}

/// The last attempts of one thread.
pub(crate) struct Attempts {
    kept: [Cell<Taken>; KEPT],
    count: Cell<usize>,
    /// Site of an attempt whose outcome is still to come, 0 if there is none.
    open: Cell<u32>,
}

impl Attempts {
    pub(crate) const fn new() -> Attempts {
        #[allow(clippy::declare_interior_mutable_const)]
        const EMPTY: Cell<Taken> = Cell::new(NOTHING);
        Attempts {
            kept: [EMPTY; KEPT],
            count: Cell::new(0),
            open: Cell::new(0),
        }
    }

    /// Remembers an attempt.
    pub(crate) fn add(&self, site: u32, owner: u32, address: usize, size: usize) {
        let count = self.count.get().wrapping_add(1);
        self.count.set(count);
        self.open.set(site);
        self.kept[count % KEPT].set(Taken {
            site,
            owner,
            address,
            size,
            value: 0,
        });
    }

    /// The last attempt.
    pub(crate) fn last(&self) -> Taken {
        self.kept[self.count.get() % KEPT].get()
    }

    /// The attempt that a guard comes from: the last one at `site`, else the last one whose lock holds the guarded
    /// value, or whose guard has guarded the same: that may have been in another function, whose binding is no more.
    /// What is not known is 0.
    pub(crate) fn find(&self, site: u32, value: usize) -> Taken {
        if let Some(place) = self.newest(|taken| site != 0 && taken.site == site) {
            return guarding(place, value);
        }
        let place = self
            .newest(|taken| value.wrapping_sub(taken.address) < taken.size)
            .or_else(|| self.newest(|taken| value == taken.value))
            .or_else(|| self.newest(|taken| value == taken.address.wrapping_add(taken.size)));
        place.map_or(NOTHING, |place| {
            let taken = guarding(place, value);
            let is_last = site == LAST && place.as_ptr() == self.kept[self.count.get() % KEPT].as_ptr();
            Taken {
                owner: if is_last { taken.owner } else { 0 },
                ..taken
            }
        })
    }

    fn newest(&self, fits: impl Fn(&Taken) -> bool) -> Option<&Cell<Taken>> {
        let count = self.count.get();
        (0..KEPT)
            .map(|back| &self.kept[count.wrapping_sub(back) % KEPT])
            .find(|place| place.get().address != 0 && fits(&place.get()))
    }

    /// The site of the attempt whose outcome is still to come; it counts as told from here on.
    pub(crate) fn close(&self) -> u32 {
        self.open.replace(0)
    }
}

/// Notes what the guard of an attempt guards.
fn guarding(place: &Cell<Taken>, value: usize) -> Taken {
    let taken = place.get();
    place.set(Taken { value, ..taken });
    taken
}

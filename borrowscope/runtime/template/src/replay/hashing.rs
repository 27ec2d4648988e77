//! A hash that is cheap also where this crate is not optimised. Keys come from the program itself.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map with that hash.
pub(super) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mixer>>;

/// Mixes eight bytes at a time.
#[derive(Default)]
pub(super) struct Mixer(u64);

/// Odd, and without pattern: the golden ratio.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Mixer {
    fn mix(&mut self, part: u64) {
        self.0 = (self.0.rotate_left(29) ^ part).wrapping_mul(FACTOR);
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        let mut part = 0;
        for (place, byte) in bytes.iter().enumerate() {
            part = part << 8 | u64::from(*byte);
            if place % 8 == 7 {
                self.mix(part);
                part = 0;
            }
        }
        self.mix(part ^ bytes.len() as u64);
    }

    fn write_u8(&mut self, number: u8) {
        self.mix(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

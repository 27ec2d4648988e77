//! `*v.get_unchecked(i)` in unsafe code: a reference is followed there, a raw pointer that a call gives is none.

struct Words {
    words: Vec<u64>,
    names: [String; 2],
}

impl Words {
    fn at(&self, index: usize) -> u64 {
        unsafe { *self.words.get_unchecked(index) }
    }

    fn set(&mut self, index: usize, value: u64) {
        unsafe { *self.words.get_unchecked_mut(index) = value };
    }

    fn pointer(&self) -> *const u64 {
        self.words.as_ptr()
    }

    fn sum(&self) -> u64 {
        (0..2).fold(0, |sum, index| sum + unsafe { *self.words.get_unchecked(index) + *self.pointer().add(index) })
    }
}

unsafe fn first<T: Copy>(values: &[T]) -> T {
    let value = *values.get_unchecked(0);
    value
}

struct Noisy(u32);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    let noisy = Noisy(1);
    let mut words = Words { words: vec![1, 2, 3], names: [String::from("a"), String::from("b")] };
    words.set(1, words.at(2) + 4);
    println!("{} {} {}", words.sum(), unsafe { *words.pointer() }, unsafe { first(&[4u8, 5]) });
    let length = unsafe { (&*words.names.as_ptr()).len() + (*words.names.get_unchecked(1)).len() };
    let seen = &noisy;
    println!("{length} {}", seen.0);
}

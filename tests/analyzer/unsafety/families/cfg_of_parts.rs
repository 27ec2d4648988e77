// A cfg may stand before elements, arguments, fields, arms, statements and parameters; a flag nobody set is not set, also
// in tests and in what stands below other cfgs.
#![allow(unexpected_cfgs)]
pub enum Timer { Old(*const u8), #[cfg(all(some_flag, feature = "x"))] New(*const u8) }
pub struct Guard { value: u8, #[cfg(some_flag)] span: u8 }
pub struct Pair(#[cfg(some_flag)] u8, *const u8);
pub unsafe fn risk(value: u8) -> u8 { value }
fn add(first: u8, #[cfg(some_flag)] second: u8) -> u8 { first }
fn same<T>(#[cfg(some_flag)] first: u8, value: T, #[cfg(unix)] last: u8) -> T { value }
impl Guard { fn of<T>(&self, #[cfg(some_flag)] first: u8, value: T) -> T { value } }

pub fn parts(pointer: *const u8, guard: &Guard, pair: &Pair) -> u8 {
    let made = Guard { #[cfg(some_flag)] span: unsafe { *pointer }, value: unsafe { *pointer } };
    let Guard { #[cfg(some_flag)] span, value } = made;
    unsafe {
        let elements = [1u8, #[cfg(some_flag)] *pointer, #[cfg(unix)] *pointer];
        let (one, two) = (risk(1), add(value, #[cfg(some_flag)] risk(3)));
        let list = vec![1u8, #[cfg(some_flag)] *pointer, #[cfg(unix)] *pointer.add(1)];
        let last = *same(#[cfg(some_flag)] risk(4), pointer, #[cfg(unix)] risk(5));
        let through = *guard.of(#[cfg(some_flag)] risk(6), pointer) + *pair.0;
        elements[0].max(#[cfg(unix)] risk(7)) + one + two + list[0] + last + through
    }
}

pub fn arms(timer: &Timer) {
    match timer {
        // the one
        Timer::Old(entry) => unsafe { **entry },
        // and the other
        #[cfg(all(some_flag, feature = "x"))]
        Timer::New(entry) => unsafe { **entry },
    };
    if true {
        #[cfg(some_flag)]
        let value = unsafe { risk(1) };
        #[cfg(some_flag)]
        {
            unsafe { risk(value) };
        }
        #[cfg(not(some_flag))]
        unsafe {
            risk(2)
        };
    }
}

#[cfg(any(some_flag, all(target_pointer_width = "32", unix)))]
mod pool {
    #[cfg(test)]
    mod tests { fn inner(pointer: *const u8) { unsafe { *pointer }; } }
}

mod unset {
    #![cfg(some_flag)]
    fn inner(pointer: *const u8) { unsafe { *pointer }; }
    mod below { fn inner(pointer: *const u8) { unsafe { *pointer }; } }
}

//! Instructions of the processor, some of whose arguments must be constants although they look like any others.

const MASK: i32 = 0b0111;

struct Lanes {
    values: [i32; 4],
}

#[cfg(target_arch = "x86_64")]
impl Lanes {
    const SHIFT: (i32, i32) = (1, 4);

    fn mixed(&self, by: &[i32; 4]) -> [i32; 4] {
        use std::arch::x86_64::{
            __m128i, _mm_add_epi32, _mm_loadu_si128, _mm_shuffle_epi32, _mm_slli_epi32, _mm_srli_si128,
            _mm_storeu_si128,
        };
        let mut out = [0; 4];
        let target = &mut out;
        // SAFETY: every x86-64 processor has SSE2, and arrays of four numbers are as long as what is read and written.
        unsafe {
            let values = _mm_loadu_si128(self.values.as_ptr().cast());
            let more = _mm_loadu_si128(by.as_ptr() as *const __m128i);
            let shuffled = _mm_shuffle_epi32(values, unsafe { std::mem::transmute::<u32, i32>(27) });
            let shifted = _mm_slli_epi32::<{ Lanes::SHIFT.0 }>(_mm_srli_si128(shuffled, Lanes::SHIFT.1 as i32));
            let sum = _mm_add_epi32(shifted, std::arch::x86_64::_mm_shuffle_epi32(more, MASK.pow(2) / 3 - 1));
            _mm_storeu_si128(target.as_mut_ptr().cast(), sum);
        }
        out
    }
}

#[cfg(not(target_arch = "x86_64"))]
impl Lanes {
    fn mixed(&self, by: &[i32; 4]) -> [i32; 4] {
        let lent = &self.values;
        [lent[2] * 2 + by[3], lent[1] * 2 + by[3], lent[0] * 2 + by[0], by[0]]
    }
}

fn main() {
    let text = String::from("lanes");
    let lanes = Lanes { values: [1, 2, 3, 4] };
    println!("{text} {:?} {}", lanes.mixed(&[10, 20, 30, 40]), MASK.pow(2));
}

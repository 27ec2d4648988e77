//! Fields of packed structs: read, written, matched, but never borrowed.

#[repr(C, packed)]
#[derive(Clone, Copy, Default)]
struct Packed {
    a: u8,
    b: u32,
    c: [u16; 3],
    d: (u8, u64),
}

fn matched(p: &Packed) -> u64 {
    let total = match p.b {
        0 => 1,
        n => u64::from(n > 3),
    };
    let other = match p.d.1 {
        7 => 70,
        n => n,
    };
    if let 4 = p.b {
        return 0;
    } else if let 5 = p.b {
        return u64::from(match p.c[1] {
            2 => 20,
            n => n,
        }) + other;
    }
    total + other
}

fn written(p: &Packed, q: &mut Packed) -> u32 {
    let Packed { a, b, .. } = *p;
    q.b = b;
    q.b += u32::from(a);
    q.c[1] += 3;
    while let 1..=9 = q.b {
        q.b += 1;
    }
    let copy = q.c;
    let made = Packed { a: 4, ..*q };
    let pair = (made.b, q.d.0);
    let address = &raw const q.b;
    let read = unsafe { address.read_unaligned() };
    read + pair.0 + u32::from(pair.1) + u32::from(copy[1]) + u32::from(made.a)
}

struct Noisy(u32);

impl Drop for Noisy {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn main() {
    let noisy = Noisy(1);
    let p = Packed { a: 1, b: 5, c: [1, 2, 3], d: (1, 7) };
    let mut q = Packed::default();
    println!("{} {}", matched(&p), matched(&q));
    println!("{} {}", written(&p, &mut q), { q.b });
    let seen = &noisy;
    println!("{}", seen.0);
}

//! Borrows of temporaries that a `let` keeps alive, inside of values that it takes apart or holds.

fn main() {
    let (k1, k2) = (&mut 1, &mut 1);
    let k1_ptr = k1 as *const i32;
    println!("{} {}", k1_ptr.is_null(), k2);
    let q = (&mut String::from("a"), [&mut vec![1]]);
    q.0.push('b');
    println!("{} {:?}", q.0, q.1[0]);
    struct L(u8);
    impl Drop for L {
        fn drop(&mut self) {
            println!("drop {}", self.0);
        }
    }
    let l = (&L(1), [&mut 7, &mut 8], &mut [1, 2][..]);
    *l.1[0] += l.0 .0;
    l.2[0] = 9;
    let m = Some((&L(2), &mut (3, 4)));
    if let Some((a, b)) = m {
        b.0 += a.0;
        println!("{}", b.0);
    }
    let Some(z) = Some(&mut 5) else { return };
    *z += 1;
    println!("{z}");
}

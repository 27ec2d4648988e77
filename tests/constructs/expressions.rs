#![allow(unused, dead_code)]
use std::collections::HashMap;
use std::fmt;
use std::ops::Index;
use std::rc::Rc;

#[derive(Clone, Debug, PartialEq)]
struct P {
    a: u32,
    name: String,
    t: (u8, u8),
    v: Vec<u8>,
}
#[derive(Clone, Copy, Debug, PartialEq)]
enum K {
    A,
    B { x: u8 },
    C(u8),
}
struct W<T>(T, u8);
struct R<'a> {
    r: &'a String,
}
struct M<'a> {
    m: &'a mut u32,
    b: Box<u32>,
    k: K,
    f: Box<dyn Fn(&str) -> usize>,
    o: Option<String>,
}
struct D(&'static str);
impl Drop for D {
    fn drop(&mut self) {
        println!("drop {}", self.0);
    }
}

fn made(n: usize) -> usize {
    let k = K::B { x: 1 };
    let c = K::C(2);
    let o = Some(n);
    let t = (1, n, "x");
    let a = [n, 2, 3];
    const N: usize = 3;
    let z = [n; N];
    let (r, f, i, q, e) = (0..n, .., 1..=n, n.., ..=n);
    let u = n as u8 as char;
    a.len()
}
fn generic<T: Clone, const N: usize>(t: &T, n: [u8; N]) -> W<T> {
    let a = [0u8; N];
    W(t.clone(), 1)
}
fn lent() -> usize {
    let s = R { r: &String::from("temp") };
    let t = (&String::from("tup"), 1);
    let o = Some(&String::from("opt"));
    let n = Some(R { r: &String::from("nested") });
    let d = &String::from("d") as &dyn fmt::Display;
    s.r.len() + t.0.len() + o.unwrap().len() + n.unwrap().r.len() + d.to_string().len()
}
fn forever() -> &'static [(u8, u8)] {
    &[(1, 2), (3, 4)]
}
fn forever_iterated() -> std::slice::Iter<'static, u8> {
    [1, 2, 3].iter()
}
fn forever_held() -> Option<&'static [&'static str]> {
    Some(&["a", "b"])
}
fn forever_called() -> &'static dyn Fn(i32) -> i32 {
    &|x| x + 1
}
struct Table {
    f: fn(u8) -> u8,
    name: &'static str,
}
fn forever_tabled<T: Into<u8> + From<u8>>() -> &'static Table {
    let t = &Table { f: through::<T>, name: concat!("a", 1) };
    t
}
fn through<T: Into<u8> + From<u8>>(x: u8) -> u8 {
    T::from(x).into()
}
fn forever_empty() -> &'static mut [u8] {
    &mut []
}
fn written(p: &mut P, k: usize) {
    p.a = 3;
    p.a += 1;
    p.t.0 = p.t.1;
    p.v.push(p.v.len() as u8);
    p.v[k] += p.t.0;
}
fn read(p: &mut P) -> u32 {
    let n = p.name.len();
    let w = &mut p.v;
    w.push(1);
    if p.a == 4 && p.name != "zz" {
        return p.a;
    }
    match p.t {
        (0, _) => {}
        (a, b) => p.a = (a + b) as u32,
    }
    let P { a, ref name, .. } = *p;
    println!("{} {:?} {k2}", p.name, &p.v[0..1], k2 = p.t.1);
    a
}
fn leaves(v: &[P], o: Option<usize>) -> Option<(usize, u8)> {
    Some((v[o?].t.0 as usize, v[0].v[1]))
}
fn followed(m: &mut M, rc: Rc<P>) -> usize {
    take(m.m);
    take(m.m);
    *m.m += 1;
    *m.b = 5;
    let x = *m.b;
    let p = &rc;
    let y = (**p).v.len();
    match m.k {
        K::A => m.k = K::C(1),
        K::B { x } => m.k = K::C(x),
        K::C(_) => {}
    }
    if let Some(ref mut s) = m.o {
        s.push('x');
    }
    m.f = Box::new(|s| s.len() + 1);
    (m.f)("abc")
}
fn take(r: &mut u32) {
    *r += 1;
}
fn parted(p: P, q: Box<P>) -> (String, P) {
    let name = p.name;
    let c = P { a: 1, ..*q };
    (name, c)
}
fn captured(mut p: P, s: String, n: u8) -> usize {
    let add = |x: u8| x + n;
    let mut inc = |k| p.a += k;
    inc(2);
    let moved = move || s.len() + n as usize;
    let once = || {
        let name = p.name;
        name.len()
    };
    let nested = |y: u8| {
        let inner = || add(y);
        inner()
    };
    moved() + once() + nested(1) as usize
}
fn inferred(n: u8, v: &[u8]) -> usize {
    let sum: usize = v.iter().map(|b| *b as usize).fold(0, |a, b| a + b);
    let f: Box<dyn Fn(&str) -> usize> = Box::new(|s| s.len());
    let t: (Box<dyn Fn(&str) -> usize>, i32) = (Box::new(|s| s.len()), 1);
    let r: &dyn Fn(&str) -> usize = &|s| s.len() + n as usize;
    let table = [|x: u8| x, |y: u8| y + 1];
    let pointers: [fn(u8) -> u8; 2] = [|x| x, |y| y + 1];
    let cast = [("double", (|x| x * 2) as fn(u8) -> u8)];
    let called = (|| 5)();
    applied_pair((|s| s.len(), 1))
        + applied(|s| s.len() + n as usize, "abc")
        + (t.0)("b")
        + r("c")
        + table[0](1) as usize
        + called
        + sum
        + f("d")
}
fn applied_pair<F: Fn(&str) -> usize>(t: (F, i32)) -> usize {
    (t.0)("abc")
}
fn applied<T: ?Sized, F: Fn(&T) -> usize>(f: F, t: &T) -> usize {
    f(t)
}
struct Grid {
    cells: Vec<u8>,
    by: HashMap<&'static str, fn(u8) -> u8>,
}
impl Index<(usize, usize)> for Grid {
    type Output = u8;
    fn index(&self, (x, y): (usize, usize)) -> &u8 {
        &self.cells[x + y]
    }
}
fn elements(g: &mut Grid) -> u8 {
    g.cells[0] = g[(1, 0)];
    let last = g.cells.len() - 1;
    g.cells[last] = (g.by["double"])(2) + g.by["double"](1);
    let w: &[u8] = &g.cells[1..];
    w[0] + b"abc"[..][1] + [4, 5][w.len() % 2]
}
fn coerced(p: &P, c: bool) -> usize {
    let s: &[u8] = if c { &p.v } else { &p.v[..] };
    let d: &[&dyn fmt::Debug] = &[p, &p.name];
    let e: Vec<Box<dyn fmt::Debug>> = vec![Box::new((1, 2)), Box::new(p.t)];
    let x: Result<u8, Box<dyn std::error::Error>> = Err(Box::new(fmt::Error));
    s.len() + d.len() + e.len() + x.is_err() as usize
}
#[repr(C, packed)]
#[derive(Clone, Copy)]
struct Packed {
    tag: u8,
    len: u32,
}
fn packed(p: Packed) -> u32 {
    if p.len == 7 && p.tag < 3 {
        p.len + 1
    } else {
        { p.len }
    }
}
fn ended() -> usize {
    D("temp").0.len() + D("field").0.len()
}
fn swapped(mut a: u8, mut b: u8) -> (u8, u8) {
    (a, b) = (b, a);
    [a, ..] = [b, a];
    (a, b)
}
fn cloned<T: Clone>(x: &T) -> (T, T) {
    let a = x.clone();
    (a, x.clone())
}
fn hidden(n: u8) -> impl Clone {
    n
}
fn main() {
    let p = P { a: 1, name: "n".to_string(), t: (1, 2), v: vec![1, 2, 3] };
    println!("{}", made(3));
    println!("{} {}", generic(&String::new(), [1]).1, generic(&7u64, [1, 2]).0);
    println!("{}", lent());
    println!("{:?} {:?} {:?}", forever(), forever_iterated().len(), forever_held());
    println!("{} {:?} {}", forever_called()(1), forever_empty(), forever_tabled::<u8>().name);
    written(&mut p.clone(), 1);
    println!("{}", read(&mut p.clone()));
    println!("{:?} {:?}", leaves(&[p.clone()], None), leaves(&[p.clone()], Some(0)));
    let mut u = 3;
    let mut m = M { m: &mut u, b: Box::new(1), k: K::B { x: 3 }, f: Box::new(|s| s.len()), o: None };
    println!("{}", followed(&mut m, Rc::new(p.clone())));
    println!("{:?}", parted(p.clone(), Box::new(p.clone())));
    println!("{}", captured(p.clone(), "s".into(), 2));
    println!("{}", inferred(2, &[1, 2]));
    let mut g = Grid { cells: vec![1, 2, 3], by: HashMap::from([("double", double as fn(u8) -> u8)]) };
    println!("{} {}", elements(&mut g), coerced(&p, true));
    println!("{} {} {:?}", packed(Packed { tag: 1, len: 7 }), ended(), swapped(1, 2));
    cloned(&"text".to_string());
    let h = hidden(3);
    let k = h.clone();
    drop(h.clone());
}
fn double(x: u8) -> u8 {
    x * 2
}

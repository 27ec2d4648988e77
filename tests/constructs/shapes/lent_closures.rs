//! References to closures that capture nothing: shared ones may live forever, others are temporaries.

fn shared(f: &dyn Fn(i32) -> i32) -> i32 {
    f(1)
}

fn mutable(f: &mut dyn FnMut(i32) -> i32) -> i32 {
    f(2)
}

fn kept() -> &'static dyn Fn(i32) -> i32 {
    &|x| x + 3
}

fn twice(f: &mut &mut dyn FnMut(i32) -> i32) -> i32 {
    f(4)
}

fn tail() -> i32 {
    mutable(&mut |x| x * 2)
}

fn main() {
    println!("{} {} {}", shared(&|x| x + 1), mutable(&mut |x| x * 3), kept()(5));
    for n in 0..2 {
        if n == 1 {
            println!("{}", twice(&mut (&mut (|x| x + 1) as &mut dyn FnMut(i32) -> i32)));
        }
    }
    let nine = 9;
    let lent = &nine;
    let named = &mut |x: i32| x - 1;
    println!("{} {}", named(*lent), mutable(named));
    let inner: &mut dyn FnMut(i32) -> i32 = &mut |x| x - 2;
    println!("{} {}", inner(7), tail());
    match mutable(&mut |x| x) {
        2 => println!("two"),
        other => println!("{other}"),
    }
}

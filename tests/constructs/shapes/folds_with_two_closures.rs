// The result of one closure tells the parameters of the next: rustc looks at closures last, in their order.
use std::fmt::Debug;

trait Magnitude: Sized {
    fn magnitude(&self) -> Self;
    fn larger(self, other: Self) -> Self;
    fn zero() -> Self;
}

impl Magnitude for i32 {
    fn magnitude(&self) -> i32 {
        self.abs()
    }
    fn larger(self, other: i32) -> i32 {
        self.max(other)
    }
    fn zero() -> i32 {
        0
    }
}

struct Matrix<T>(Vec<T>);

impl<T: Magnitude + Copy> Matrix<T> {
    fn fold_with<U>(
        &self,
        first: impl FnOnce(Option<&T>) -> U,
        mut next: impl FnMut(U, &T) -> U,
    ) -> U {
        let mut elements = self.0.iter();
        let mut result = first(elements.next());
        for element in elements {
            result = next(result, element);
        }
        result
    }

    fn largest(&self) -> T {
        self.fold_with(
            |element| element.map_or(T::zero(), |one| one.magnitude()),
            |so_far, element| so_far.larger(element.magnitude()),
        )
    }

    fn largest_and(&self, extra: Vec<T>) -> (T, usize) {
        self.fold_with(
            |element| (element.map_or(T::zero(), Magnitude::magnitude), 0),
            move |so_far, element| {
                let largest = so_far.0.larger(element.magnitude());
                (
                    extra.iter().fold(largest, |a, b| a.larger(*b)),
                    so_far.1 + 1,
                )
            },
        )
    }
}

fn told<T: Debug, E: Debug>(result: Result<T, E>) -> String {
    let prefix = String::from("told");
    let owned = prefix.clone();
    result.map_or_else(
        |error| format!("{prefix} {error:?}"),
        move |value| format!("{owned} {value:?}"),
    )
}

fn main() {
    let matrix = Matrix(vec![1, -5, 3]);
    let borrowed = &matrix;
    println!("{} {:?}", borrowed.largest(), borrowed.largest_and(vec![9]));
    println!("{} {}", told::<_, u8>(Ok(1)), told::<u8, _>(Err("no")));
}

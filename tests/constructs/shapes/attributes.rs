//! Attributes in places where few expect them: on fields of patterns, on parameters, arms, operands and blocks.

struct Builder {
    #[cfg(not(windows))]
    name: String,
    #[cfg(windows)]
    name: u8,
    #[cfg(feature = "never")]
    never: Vec<u8>,
    size: usize,
}

enum Error {
    NotFound {
        #[cfg(not(windows))]
        name: Option<String>,
    },
    #[cfg(feature = "never")]
    Never,
    Other(u8),
}

fn build(builder: Builder) -> String {
    let self::Builder {
        #[cfg(not(windows))]
        name,
        #[cfg(windows)]
        name,
        // only there
        #[cfg(feature = "never")]
        never,
        size,
    } = builder;
    #[cfg(feature = "never")]
    drop(never);
    #[cfg(windows)]
    let name = name.to_string();
    format!("{name}{size}")
}

fn told(error: &Error) -> String {
    match *error {
        Error::NotFound {
            #[cfg(not(windows))]
            ref name,
        } => {
            #[cfg(not(windows))]
            {
                name.as_deref().unwrap_or("nothing").to_string()
            }
            #[cfg(windows)]
            {
                String::from("nothing")
            }
        }
        #[cfg(feature = "never")]
        Error::Never => String::from("never"),
        #[allow(clippy::redundant_guards)]
        Error::Other(n) if n > 1 => n.to_string(),
        Error::Other(_) => String::new(),
    }
}

trait Made {
    fn made() -> Self;
}
impl Made for u8 {
    fn made() -> u8 {
        7
    }
}

fn bounded<T>(value: T) -> (T, u8)
where
    T: Clone,
    (): Sized,
{
    let kept = value.clone();
    (kept, u8::made())
}

fn f32<T: Into<f64>>(value: T) -> f64 {
    let wide = value.into();
    wide * 2.0
}

fn main() {
    let builder = Builder {
        #[cfg(not(windows))]
        name: String::from("n"),
        #[cfg(windows)]
        name: 1,
        #[cfg(feature = "never")]
        never: vec![],
        size: 4,
    };
    println!("{}", build(builder));
    println!("{}", told(&Error::NotFound { name: Some("x".into()) }));
    println!("{}{}", told(&Error::Other(2)), told(&Error::Other(1)));
    let all = [Some(1), Some(2)];
    let sum: i32 = all.iter().map(|#[allow(unused)] one| one.unwrap_or(0)).sum();
    println!("{sum} {:?} {}", bounded(String::from("b")), f32::<f32>(1.5));
}

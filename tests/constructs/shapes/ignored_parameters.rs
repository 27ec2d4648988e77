// Closures that ignore what they are given, before other closures in one call: as maps with hooks take them.
use std::collections::BTreeMap;
use std::fmt::Debug;

struct Map<K, V>(BTreeMap<K, V>);

impl<K: Ord + Clone, V> Map<K, V> {
    fn insert_with<T>(
        &mut self,
        key: K,
        make: impl FnOnce(&K) -> V,
        with: impl FnOnce(&K, &V) -> T,
    ) -> T {
        let value = make(&key);
        let result = with(&key, &value);
        self.0.insert(key, value);
        result
    }

    fn entry<Q, T, E>(
        &mut self,
        data: T,
        key: &Q,
        found: impl FnOnce(T, &K) -> Result<V, E>,
        failed: impl FnOnce(T, E) -> V,
    ) -> Option<V>
    where
        K: From<Q>,
        Q: Clone,
        T: Clone,
    {
        let key = K::from(key.clone());
        let value = found(data.clone(), &key).unwrap_or_else(|error| failed(data, error));
        self.0.insert(key, value)
    }
}

impl<K: Ord + Clone, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        pairs
            .into_iter()
            .for_each(|(key, value)| self.insert_with(key, |_| value, |_, _| ()))
    }
}

fn given_later<T, R: Debug>(
    make: impl FnOnce(T) -> R,
    value: T,
    show: impl Fn(&R) -> String,
) -> String {
    show(&make(value))
}

fn both<A, B>(first: impl FnOnce(&mut A) -> B, second: impl FnOnce(B, &mut A), start: A) -> A {
    let mut state = start;
    let part = first(&mut state);
    second(part, &mut state);
    state
}

fn main() {
    let mut map = Map(BTreeMap::new());
    let text = String::from("made");
    let length = map.insert_with(1u64, |_| text, |_, value| value.len());
    map.extend([(2, String::from("two")), (3, String::from("three"))]);
    let other = String::from("other");
    let old = map.entry(
        (),
        &2u32,
        |_, _| "x".parse::<u8>().map(|_| other),
        |_, error| error.to_string(),
    );
    println!("{length} {old:?} {:?}", map.0);
    let list = vec![1, 2];
    println!(
        "{}",
        given_later(|_| list, "text", |list| format!("{list:?}"))
    );
    let name = String::from("name");
    println!(
        "{}",
        given_later(|_| name.into_bytes(), 5u8, |bytes| bytes.len().to_string())
    );
    let part = Some(Box::new(4));
    println!(
        "{:?}",
        both(|_| part, |part, list| list.extend(part), Vec::new())
    );
    let word = String::from("word");
    let count = 3;
    println!(
        "{}",
        both(
            |_| (word, count),
            |(word, n), text| *text = word.repeat(n),
            String::new()
        )
    );
}

"""The small Rust program that stands between cargo and rustc (`wrapper.rs`)."""

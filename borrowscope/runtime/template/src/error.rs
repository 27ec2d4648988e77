//! What can go wrong where a program asks for its own recording.

use std::{fmt, io};

/// Why an export did not succeed.
#[derive(Debug)]
pub enum Error {
    /// JSON could not be written or read.
    #[cfg(feature = "serde")]
    SerializationError(serde_json::Error),
    /// JSON could not be written or read.
    #[cfg(not(feature = "serde"))]
    SerializationError(String),
    /// A file could not be written.
    IoError(io::Error),
    /// An export failed.
    ExportError(String),
    /// The events do not fit together.
    InvalidEventSequence(String),
    /// A lock could not be taken.
    LockError,
}

/// The result of what may fail with [`Error`].
pub type BorrowScopeResult<T> = Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::SerializationError(error) => write!(formatter, "Serialization error: {error}"),
            Error::IoError(error) => write!(formatter, "I/O error: {error}"),
            Error::ExportError(reason) => write!(formatter, "Export error: {reason}"),
            Error::InvalidEventSequence(reason) => write!(formatter, "Invalid event sequence: {reason}"),
            Error::LockError => formatter.write_str("Failed to acquire lock"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            #[cfg(feature = "serde")]
            Error::SerializationError(error) => Some(error),
            Error::IoError(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(feature = "serde")]
impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Error {
        Error::SerializationError(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::IoError(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_say_what_failed() {
        let missing = io::Error::new(io::ErrorKind::NotFound, "no such folder");
        let rows = [
            (Error::from(missing), "I/O error: no such folder"),
            (Error::ExportError("e".into()), "Export error: e"),
            (Error::InvalidEventSequence("s".into()), "Invalid event sequence: s"),
            (Error::LockError, "Failed to acquire lock"),
        ];
        for (error, text) in rows {
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn the_cause_is_told() {
        use std::error::Error as _;

        assert!(Error::from(io::Error::from(io::ErrorKind::Other)).source().is_some());
        assert!(Error::LockError.source().is_none());
    }
}

//! Counts of what happened.

use crate::Event;
use std::fmt;

/// How often what happened, as `get_summary` counts it.
///
/// Its text names moves, counted pointers, cells and unsafe operations only where there were any.
#[derive(Debug, Clone, Default)]
pub struct TrackingSummary {
    /// Variables that were born: [`Event::New`].
    pub variables_created: usize,
    /// Variables that ended: [`Event::Drop`].
    pub variables_dropped: usize,
    /// Shared borrows.
    pub immutable_borrows: usize,
    /// Mutable borrows.
    pub mutable_borrows: usize,
    /// Moves.
    pub moves: usize,
    /// Events about an `Rc`.
    pub rc_operations: usize,
    /// Events about an `Arc`.
    pub arc_operations: usize,
    /// Events about a `RefCell`.
    pub refcell_operations: usize,
    /// Events about a `Cell`.
    pub cell_operations: usize,
    /// Unsafe operations, and begins and ends of unsafe blocks.
    pub unsafe_operations: usize,
}

impl TrackingSummary {
    /// Counts events.
    pub(crate) fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> TrackingSummary {
        let mut summary = TrackingSummary::default();
        for event in events {
            summary.add(event);
        }
        summary
    }

    fn add(&mut self, event: &Event) {
        if let Event::Borrow { mutable, .. } = event {
            self.mutable_borrows += usize::from(*mutable);
            self.immutable_borrows += usize::from(!*mutable);
        }
        self.variables_created += usize::from(event.is_new());
        self.variables_dropped += usize::from(event.is_drop());
        self.moves += usize::from(event.is_move());
        self.rc_operations += usize::from(event.is_rc());
        self.arc_operations += usize::from(event.is_arc());
        self.refcell_operations += usize::from(event.is_refcell());
        self.cell_operations += usize::from(event.is_cell());
        self.unsafe_operations += usize::from(event.is_unsafe());
    }
}

impl fmt::Display for TrackingSummary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (created, dropped) = (self.variables_created, self.variables_dropped);
        let (shared, mutable) = (self.immutable_borrows, self.mutable_borrows);
        writeln!(formatter, "=== BorrowScope Summary ===")?;
        writeln!(formatter, "Variables: {created} created, {dropped} dropped")?;
        writeln!(formatter, "Borrows: {shared} immutable, {mutable} mutable")?;
        if self.moves > 0 {
            writeln!(formatter, "Moves: {}", self.moves)?;
        }
        let (rc, arc) = (self.rc_operations, self.arc_operations);
        if rc + arc > 0 {
            writeln!(formatter, "Smart pointers: {rc} Rc, {arc} Arc")?;
        }
        let (refcell, cell) = (self.refcell_operations, self.cell_operations);
        if refcell + cell > 0 {
            writeln!(formatter, "Interior mutability: {refcell} RefCell, {cell} Cell")?;
        }
        if self.unsafe_operations > 0 {
            writeln!(formatter, "Unsafe operations: {}", self.unsafe_operations)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_was_is_named() {
        let quiet = "=== BorrowScope Summary ===\nVariables: 0 created, 0 dropped\nBorrows: 0 immutable, 0 mutable\n";
        assert_eq!(TrackingSummary::default().to_string(), quiet);
        let summary = TrackingSummary {
            moves: 1,
            arc_operations: 2,
            cell_operations: 3,
            unsafe_operations: 4,
            ..TrackingSummary::default()
        };
        let rest =
            "Moves: 1\nSmart pointers: 0 Rc, 2 Arc\nInterior mutability: 0 RefCell, 3 Cell\nUnsafe operations: 4\n";
        assert_eq!(summary.to_string(), format!("{quiet}{rest}"));
    }
}

//! What generated code keeps of a closure while it is made.

use crate::format::kind;
use crate::guard::word;
use crate::recorder;

/// Tells what a closure captures.
#[derive(Debug, Clone, Copy)]
pub struct ClosureNote {
    instance: u32,
}

impl ClosureNote {
    /// The closure with this number; 0 tells nothing.
    #[inline(always)]
    pub(crate) const fn new(instance: u32) -> ClosureNote {
        ClosureNote { instance }
    }

    /// The closure captures this variable.
    #[inline]
    pub fn captured(self, site: u32, variable: u32) -> ClosureNote {
        if !recorder::is_off() {
            recorder::event(word(kind::CLOSURE_CAPTURE, site), variable, self.instance);
        }
        self
    }

    /// The closure stands; this ends a statement without a result.
    #[inline]
    pub fn made(self) {}
}

//! Decides at the process's first event whether and where to record.

use crate::stream::{self, Limits};
use crate::text::Text;
use crate::{config, format, platform};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, Ordering};

/// Programs that cargo starts with our environment, and that are none of the user's.
const TOOLS: [&[u8]; 3] = [b"rustc", b"rustdoc", b"clippy-driver"];
const BUILD_SCRIPT: &[u8] = b"build-script";

/// Where to record, and how much.
struct Place {
    folder: Text,
    limits: Limits,
}

struct Decided(UnsafeCell<Place>);

// SAFETY: written once, by the thread that starts the recording, before any child can be forked that reads it.
unsafe impl Sync for Decided {}

static PLACE: Decided = Decided(UnsafeCell::new(Place {
    folder: Text::new(),
    limits: Limits {
        largest: format::LARGEST_STREAM,
        reserve: None,
        events: 0,
    },
}));
static IS_DECIDED: AtomicBool = AtomicBool::new(false);

/// Creates the stream. `parent` is the process that was forked, or 0. Tells whether there is something to record to.
///
/// Not inlined: its texts would stand on the stack of every thread that records.
#[cold]
#[inline(never)]
pub(crate) fn start(parent: u32) -> bool {
    // SAFETY: only the thread that starts the recording comes here.
    let place = unsafe { &mut *PLACE.0.get() };
    if !IS_DECIDED.load(Ordering::Relaxed) {
        if is_off() {
            return false;
        }
        place.folder = Text::new();
        find_folder(&mut place.folder);
        place.limits = limits();
        IS_DECIDED.store(true, Ordering::Relaxed);
    }
    let has_file = place.folder.is_usable() && stream::create(&place.folder, place.limits, parent).is_ok();
    has_file || is_alone() && stream::create_in_memory(place.limits, parent).is_ok()
}

/// Whether this crate stands alone: no tool says where to record, but its own program may ask what was recorded.
fn is_alone() -> bool {
    config::active_file().is_none() && config::HOME.is_none()
}

fn limits() -> Limits {
    let largest = match number(b"BORROWSCOPE_MAX_BYTES\0") {
        None => format::LARGEST_STREAM,
        Some(0) => u64::MAX,
        Some(bytes) => bytes,
    };
    Limits {
        largest,
        reserve: number(b"BORROWSCOPE_MIN_FREE\0"),
        events: number(b"BORROWSCOPE_MAX_EVENTS\0").unwrap_or(0),
    }
}

fn number(name: &'static [u8]) -> Option<u64> {
    let mut value = Text::new();
    platform::variable(name, &mut value);
    value.as_number()
}

fn is_off() -> bool {
    // Elsewhere there are neither files nor clocks: std panics when it is asked for the time.
    let has_system = cfg!(any(unix, windows)) && cfg!(target_endian = "little");
    if !has_system {
        return true;
    }
    let mut switch = Text::new();
    platform::variable(b"BORROWSCOPE\0", &mut switch);
    let mut executable = Text::new();
    platform::executable(&mut executable);
    switch.as_bytes() == b"off" || is_tool(executable.as_bytes())
}

fn is_tool(executable: &[u8]) -> bool {
    let is_separator = |byte: &u8| *byte == b'/' || (cfg!(windows) && *byte == b'\\');
    let name = executable.rsplit(is_separator).next().unwrap_or(executable);
    let stem = name.strip_suffix(b".exe").unwrap_or(name);
    TOOLS.contains(&stem) || stem.starts_with(BUILD_SCRIPT)
}

/// The recording's folder, created if need be; empty if nothing shall be recorded.
fn find_folder(folder: &mut Text) {
    if platform::variable(b"BORROWSCOPE_OUT\0", folder) && folder.is_usable() {
        platform::make_absolute(folder);
    } else if let Some(file) = config::active_file() {
        let mut path = Text::new();
        path.push(file);
        if !platform::first_line(&path, folder) {
            *folder = Text::new();
        }
    } else if let Some(home) = config::HOME {
        let is_separator = |byte: &u8| *byte == b'/' || (cfg!(windows) && *byte == b'\\');
        let name = home.as_bytes().rsplit(is_separator).next().unwrap_or(&[]);
        folder.push(&home.as_bytes()[..home.len() - name.len()]);
        folder.push(b"recordings/");
        push_time(folder, platform::unix_ns() / 1_000_000_000);
        folder.push(b"-");
        folder.push_number(u64::from(platform::pid()), 0);
        folder.push(b".bstrace");
    }
    if folder.is_usable() {
        platform::make_folder(folder);
        write_sites(folder);
    }
}

fn write_sites(folder: &Text) {
    if let Some(sites) = config::SITES {
        let mut path = folder.clone();
        path.push(b"/sites.json");
        if path.is_usable() {
            platform::write_new(&path, sites.as_bytes());
        }
    }
}

/// Appends a time as `YYYYMMDD-HHMMSS`, in UTC.
fn push_time(into: &mut Text, seconds: u64) {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    // Years that begin in March, in eras of 400: the usual way to count without tables.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    into.push_number(year, 4);
    into.push_number(month, 2);
    into.push_number(day, 2);
    into.push(b"-");
    into.push_number(rest / 3_600, 2);
    into.push_number(rest / 60 % 60, 2);
    into.push_number(rest % 60, 2);
}

//! Stands between cargo and rustc for the crates of a plan, and for them alone.
//!
//! The plan is a file beside this program: one entry a line, key and values separated by tabs. Nothing goes through
//! environment variables, because the built program would see them. Whatever is not in the plan (probes of build
//! scripts, build scripts, procedural macros, other crates) reaches rustc as cargo wrote it.

use std::collections::HashMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{exit, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

struct Plan {
    values: HashMap<String, String>,
    roots: Vec<PathBuf>,
    /// Libraries of the runtime that cargo has built, for projects that depend on it themselves.
    linked: Vec<PathBuf>,
}

impl Plan {
    fn read() -> Option<Plan> {
        let path = env::current_exe().ok()?.with_file_name("plan");
        let text = fs::read_to_string(path).ok()?;
        let mut plan = Plan { values: HashMap::new(), roots: Vec::new(), linked: Vec::new() };
        for line in text.lines() {
            match line.split_once('\t') {
                Some(("root", path)) => plan.roots.push(PathBuf::from(path)),
                Some(("linked", path)) => plan.linked.push(PathBuf::from(path)),
                Some((key, value)) => {
                    plan.values.insert(key.to_string(), value.to_string());
                }
                None => {}
            }
        }
        Some(plan)
    }

    fn value(&self, key: &str) -> &str {
        self.values.get(key).map_or("", String::as_str)
    }
}

/// The crate that rustc is asked to compile: the index of its root among the arguments, and the root itself.
struct Crate {
    at: usize,
    root: PathBuf,
    is_relative: bool,
    name: String,
}

fn find_crate(arguments: &[OsString], plan: &Plan) -> Option<Crate> {
    let name = env::var("CARGO_CRATE_NAME").ok()?;
    if name.starts_with("build_script_") {
        return None;
    }
    let here = env::current_dir().ok()?;
    for (at, argument) in arguments.iter().enumerate() {
        let path = Path::new(argument);
        if path.extension() != Some(OsStr::new("rs")) {
            continue;
        }
        let root = here.join(path);
        if plan.roots.contains(&root) {
            return Some(Crate { at, root, is_relative: path.is_relative(), name });
        }
    }
    None
}

/// The value of `--flag VALUE` or `--flag=VALUE`.
fn option(arguments: &[OsString], flag: &str) -> Option<String> {
    let prefix = format!("{flag}=");
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let argument = argument.to_str()?;
        if argument == flag {
            return rest.next()?.to_str().map(str::to_string);
        }
        if let Some(value) = argument.strip_prefix(&prefix) {
            return Some(value.to_string());
        }
    }
    None
}

/// The value of `-C key=VALUE` or `-Ckey=VALUE`.
fn codegen_option(arguments: &[OsString], key: &str) -> Option<String> {
    let prefix = format!("{key}=");
    let glued = format!("-C{key}=");
    arguments.iter().filter_map(|a| a.to_str()).find_map(|argument| {
        argument.strip_prefix(&glued).or_else(|| argument.strip_prefix(&prefix)).map(str::to_string)
    })
}

/// Written anew whenever a unit is compiled through this program: cargo may have got it elsewhere (a cache of builds).
const STAMP: &str = ".asked";

/// There while a unit is compiled: left behind, its dump may lack what rustc's incremental session takes for known.
const UNFINISHED: &str = ".unfinished";

/// All bodies of a unit: for each a line `NAME TAB SECONDS TAB LENGTH`, and its text.
const PACK: &str = "bodies.pack";
const DUMP_SUFFIX: &str = ".built.after.mir";

/// Compiles a unit and keeps what rustc tells of its bodies; never returns.
///
/// rustc dumps only what it builds again, so a dump and rustc's incremental session belong together: one of each a unit
/// (cargo lets units that differ in flags share a session). It writes a file for each body, which costs more than all
/// else on many disks: they are written to memory where there is some, and packed. The first compilation of a unit has no
/// session: many are never compiled again, and to note down for the next time what was found out costs them a fifth.
fn types(rustc: &OsStr, arguments: &[OsString], found: &Crate, plan: &Plan) -> ! {
    let unit = format!("{}{}", found.name, codegen_option(arguments, "extra-filename").unwrap_or_default());
    let directory = Path::new(plan.value("dump")).join(&unit);
    let session = Path::new(plan.value("sessions")).join(&unit);
    let is_incremental = codegen_option(arguments, "incremental").is_some();
    if !is_incremental || directory.join(UNFINISHED).exists() {
        let _ = fs::remove_dir_all(&directory);
    }
    let is_first = !directory.is_dir();
    if is_first || !session.is_dir() {
        let _ = fs::remove_dir_all(&session);
        let _ = fs::remove_file(directory.join(PACK));
    }
    let incremental = (!is_first).then_some(session.as_path());
    let started = fs::create_dir_all(&directory).and_then(|()| fs::write(directory.join(UNFINISHED), ""));
    let places: [&dyn Fn() -> Option<Scratch>; 2] =
        [&|| Scratch::in_memory(plan), &|| Scratch::make(directory.join("bodies"))];
    for scratch in places.iter().filter_map(|make| make()) {
        let mut command = Command::new(rustc);
        types_arguments(&mut command, arguments, found, plan, incremental, &scratch.0);
        let Ok(status) = command.status() else { break };
        if started.is_err() || scratch.has_failed() {
            let _ = fs::remove_dir_all(&session);
            continue;
        }
        if pack(&scratch.0, &directory).is_ok() {
            let _ = fs::write(directory.join(STAMP), "");
            let _ = fs::remove_file(directory.join(UNFINISHED));
        }
        drop(scratch);
        exit(status.code().unwrap_or(101))
    }
    eprintln!("borrowscope: cannot start {rustc:?}, or write {directory:?}");
    exit(101)
}

fn types_arguments(
    command: &mut Command, arguments: &[OsString], found: &Crate, plan: &Plan, session: Option<&Path>, dump: &Path,
) {
    let arguments = with_mirrored_root(command, arguments, found, plan);
    let mut rest = arguments.iter().peekable();
    while let Some(argument) = rest.next() {
        let is_session = |given: &OsString| given.to_str().is_some_and(|text| text.starts_with("incremental="));
        if argument == "-C" && rest.peek().is_some_and(|next| is_session(next)) {
            rest.next();
        } else if !argument.to_str().is_some_and(|text| text.starts_with("-Cincremental=")) {
            command.arg(argument);
        }
    }
    if let Some(session) = session.filter(|_| codegen_option(&arguments, "incremental").is_some()) {
        command.arg(joined(&["-Cincremental=".as_ref(), session.as_ref()]));
    }
    command.args(plan.value("flags").split_whitespace());
    command.arg(joined(&["-Zdump-mir-dir=".as_ref(), dump.as_ref()])).env("RUSTC_BOOTSTRAP", "1");
}

/// A folder for the time of one compilation.
struct Scratch(PathBuf);

impl Scratch {
    /// One in memory, where the plan names a place; what processes that are gone have left there is deleted.
    fn in_memory(plan: &Plan) -> Option<Scratch> {
        let memory = Path::new(plan.values.get("memory")?);
        for entry in fs::read_dir(memory).ok()?.flatten() {
            let name = entry.file_name();
            let owner = name.to_str().and_then(|name| name.strip_prefix(Scratch::PREFIX));
            if owner.is_some_and(|owner| !Path::new("/proc").join(owner).exists()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        Scratch::make(memory.join(format!("{}{}", Scratch::PREFIX, std::process::id())))
    }

    fn make(folder: PathBuf) -> Option<Scratch> {
        fs::create_dir(&folder).and_then(|()| fs::write(folder.join(Scratch::HERE), "")).ok()?;
        Some(Scratch(folder))
    }

    const PREFIX: &'static str = "borrowscope-dump-";
    const HERE: &'static str = "here";

    /// Whether something may be missing: rustc says nothing where it cannot write, or where somebody deletes.
    fn has_failed(&self) -> bool {
        !self.0.join(Scratch::HERE).exists() || fs::write(self.0.join("room"), vec![0; 1 << 20]).is_err()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The bodies of the scratch folder in place of older ones of the same name.
fn pack(scratch: &Path, directory: &Path) -> std::io::Result<()> {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
    let mut bodies = std::collections::BTreeMap::new();
    let old = fs::read(directory.join(PACK)).unwrap_or_default();
    let mut rest = old.as_slice();
    while let Some((name, time, text, after)) = first_body(rest) {
        bodies.insert(name.to_string(), (time.to_string(), text.to_vec()));
        rest = after;
    }
    for entry in fs::read_dir(scratch)? {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_str().filter(|name| name.ends_with(DUMP_SUFFIX)) {
            bodies.insert(name.to_string(), (format!("{seconds:.3}"), fs::read(entry.path())?));
        }
    }
    let part = directory.join(format!(".{PACK}.{}", std::process::id()));
    let mut file = std::io::BufWriter::new(fs::File::create(&part)?);
    for (name, (time, text)) in &bodies {
        writeln!(file, "{name}\t{time}\t{}", text.len())?;
        file.write_all(text)?;
    }
    file.flush()?;
    fs::rename(part, directory.join(PACK))
}

/// Name, time and text of the first body of a pack, and what follows it.
fn first_body(pack: &[u8]) -> Option<(&str, &str, &[u8], &[u8])> {
    let end = pack.iter().position(|byte| *byte == b'\n')?;
    let mut parts = std::str::from_utf8(&pack[..end]).ok()?.split('\t');
    let (name, time) = (parts.next()?, parts.next()?);
    let length = parts.next()?.parse::<usize>().ok()?;
    let text = pack.get(end + 1..end.checked_add(1)?.checked_add(length)?)?;
    Some((name, time, text, &pack[end + 1 + length..]))
}

/// The arguments with the root's text from the mirror, if it lies there; the command gets what its paths need.
fn with_mirrored_root(command: &mut Command, arguments: &[OsString], found: &Crate, plan: &Plan) -> Vec<OsString> {
    let mirror = Path::new(plan.value("mirror"));
    let root = mirrored(&found.root, mirror);
    let mut result = arguments.to_vec();
    if plan.values.contains_key("mirror") && root.is_file() {
        result[found.at] = root.into_os_string();
        remap(command, found, mirror);
    }
    result
}

/// The user's crate as it is, but for what the mirror's text leaves out.
fn unmarked(command: &mut Command, arguments: &[OsString], found: &Crate, plan: &Plan) {
    let arguments = with_mirrored_root(command, arguments, found, plan);
    command.args(arguments);
}

/// A path of the user's in the mirror: the whole absolute path below the mirror's root.
fn mirrored(path: &Path, mirror: &Path) -> PathBuf {
    mirror.join(path.strip_prefix("/").unwrap_or(path))
}

fn overlay(command: &mut Command, rustc: &OsStr, arguments: &[OsString], found: &Crate, plan: &Plan) {
    let mirror = Path::new(plan.value("mirror"));
    let root = mirrored(&found.root, mirror);
    let (true, Some(deps)) = (root.is_file(), option(arguments, "--out-dir")) else { return };
    let Some(rlib) = runtime(rustc, arguments, Path::new(&deps), plan) else {
        eprintln!("borrowscope: the runtime crate does not build with this compiler");
        exit(101)
    };
    let mut skip_next = false;
    for (at, argument) in arguments.iter().enumerate() {
        let text = argument.to_str().unwrap_or("");
        let next = arguments.get(at + 1).and_then(|a| a.to_str()).unwrap_or("");
        if skip_next {
            skip_next = false;
        } else if at == found.at {
            command.arg(&root);
        } else if text == "--cap-lints" || (text == "--extern" && names_runtime(next)) {
            skip_next = true;
        } else if !text.starts_with("--cap-lints=") {
            command.arg(argument);
        }
    }
    command.arg("--cap-lints").arg("allow");
    command.arg("--extern").arg(joined(&["borrowscope_runtime=".as_ref(), rlib.as_ref()]));
    if let Some(directory) = rlib.parent() {
        command.arg("-L").arg(joined(&["dependency=".as_ref(), directory.as_ref()]));
    }
    remap(command, found, mirror);
}

/// Compiles the rewritten crate, or the user's own where that does not build; never returns. What rustc said of the
/// rewritten one goes into a file. Cargo starts what depends on a crate when rustc tells of its metadata: these lines are
/// passed on at once, all others when it is known whether they count.
fn or_untouched(mut command: Command, rustc: &OsStr, arguments: &[OsString], found: &Crate, plan: &Plan) -> ! {
    let Ok(mut child) = command.stderr(Stdio::piped()).spawn() else { become_command(command) };
    let mut held = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            let is_artifact = line.starts_with(br#"{"$message_type":"artifact""#);
            if is_artifact {
                write_line(&line);
            } else {
                held.push(line);
            }
        }
    }
    let status = child.wait();
    let code = status.as_ref().ok().and_then(|status| status.code());
    if code.is_none() || code == Some(0) {
        held.iter().for_each(|line| write_line(line));
        exit(code.unwrap_or(101))
    }
    let name = format!("{}-{}.left", found.name, std::process::id());
    if let Ok(mut file) = fs::File::create(Path::new(plan.value("left")).join(name)) {
        let _ = write!(file, "{}", found.root.display());
        held.iter().for_each(|line| {
            let _ = file.write_all(b"\n").and_then(|()| file.write_all(line));
        });
    }
    let mut untouched = Command::new(rustc);
    let mirror = Path::new(plan.value("unmarked"));
    let root = mirrored(&found.root, mirror);
    let mut arguments = arguments.to_vec();
    if plan.values.contains_key("unmarked") && root.is_file() {
        arguments[found.at] = root.into_os_string();
        remap(&mut untouched, found, mirror);
    }
    untouched.args(arguments);
    become_command(untouched)
}

fn write_line(line: &[u8]) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(line).and_then(|()| stderr.write_all(b"\n"));
}

/// Names of mirrored files as rustc would have known them: absolute, and relative where cargo passed the root so.
fn remap(command: &mut Command, found: &Crate, mirror: &Path) {
    command.arg("--remap-path-prefix").arg(joined(&[mirror.as_ref(), "=/".as_ref()]));
    if let (true, Ok(here)) = (found.is_relative, env::current_dir()) {
        command.arg("--remap-path-prefix").arg(joined(&[mirrored(&here, mirror).as_ref(), "=".as_ref()]));
    }
}

fn joined(parts: &[&OsStr]) -> OsString {
    parts.iter().copied().collect()
}

fn names_runtime(value: &str) -> bool {
    value.rsplit(':').next().unwrap_or(value).split('=').next() == Some("borrowscope_runtime")
}

/// The runtime's library for this compiler, target and profile: the one that cargo has built where the project depends
/// on it, under whatever name, else one of ours.
fn runtime(rustc: &OsStr, arguments: &[OsString], deps: &Path, plan: &Plan) -> Option<PathBuf> {
    if plan.values.contains_key("is-linked") {
        let mut given = arguments.windows(2).filter(|pair| pair[0] == "--extern").filter_map(|pair| pair[1].to_str());
        let own = given.find_map(|value| value.split_once('=').filter(|(_, path)| is_runtime_library(path)));
        let built = || plan.linked.iter().find(|path| path.parent() == Some(deps)).cloned();
        if let Some(library) = own.map(|(_, path)| PathBuf::from(path)).or_else(built) {
            return Some(library);
        }
    }
    own_runtime(rustc, arguments, deps, plan)
}

fn is_runtime_library(path: &str) -> bool {
    Path::new(path).file_name().and_then(OsStr::to_str).is_some_and(|name| name.starts_with("libborrowscope_runtime-"))
}

/// The runtime that we compile ourselves, beside the crate's other dependencies, built once: what generated code calls.
fn own_runtime(rustc: &OsStr, arguments: &[OsString], deps: &Path, plan: &Plan) -> Option<PathBuf> {
    let hash = plan.value("runtime-hash");
    let rlib = deps.join(format!("libborrowscope_runtime-{hash}.rlib"));
    let lock = deps.join(format!(".borrowscope_runtime-{hash}.lock"));
    for _ in 0..600 {
        if rlib.is_file() {
            return Some(rlib);
        }
        if fs::OpenOptions::new().write(true).create_new(true).open(&lock).is_ok() {
            break;
        }
        sleep(Duration::from_millis(50));
    }
    let built = shared_runtime(rustc, arguments, &rlib, plan).is_some() || {
        let hash = plan.value("runtime-hash");
        build_runtime(rustc, arguments, deps, &rlib, plan.value("runtime-source"), hash, &[], plan)
    };
    let _ = fs::remove_file(&lock);
    built.then_some(rlib)
}

/// The library that is compiled once for all projects of a user, copied, with our path written into the copy.
///
/// Only for crates whose object code alone is linked: in bitcode the place of the path would not be found.
fn shared_runtime(rustc: &OsStr, arguments: &[OsString], rlib: &Path, plan: &Plan) -> Option<()> {
    let (mark, size) = (plan.values.get("room-mark")?, plan.value("room-size").parse::<usize>().ok()?);
    let path = plan.values.get("room-text").filter(|path| path.len() < size)?;
    if codegen_option(arguments, "embed-bitcode").as_deref() != Some("no") {
        return None;
    }
    let target = option(arguments, "--target").unwrap_or_default();
    if !target.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        return None; // a file of the user's, which may change
    }
    let source = plan.value("shared-source");
    let home = Path::new(plan.value("shared-place"));
    let hash = format!("{}{target}", plan.value("shared-hash"));
    let shared = home.join(format!("libborrowscope_runtime-{hash}.rlib"));
    let flags = ["-Cembed-bitcode=no"];
    if !shared.is_file() && !build_runtime(rustc, arguments, home, &shared, source, &hash, &flags, plan) {
        return None;
    }
    let mut library = fs::read(&shared).ok()?;
    write_into_room(&mut library, mark.as_bytes(), size, path.as_bytes()).then_some(())?;
    let part = rlib.with_extension(format!("{}.part", std::process::id()));
    fs::write(&part, library).and_then(|()| fs::rename(&part, rlib)).ok()
}

/// Writes the path over each room: a mark and nothing behind it. Whether there was one.
fn write_into_room(library: &mut [u8], mark: &[u8], size: usize, path: &[u8]) -> bool {
    let (mut at, mut found) = (0, false);
    while let Some(next) = library[at..].windows(mark.len()).position(|part| part == mark) {
        let start = at + next;
        at = start + mark.len();
        let Some(room) = library.get_mut(start..start + size) else { break };
        if room[mark.len()..].iter().all(|byte| *byte == 0) {
            room.fill(0);
            room[..path.len()].copy_from_slice(path);
            found = true;
        }
    }
    found
}

#[allow(clippy::too_many_arguments)]
fn build_runtime(
    rustc: &OsStr, arguments: &[OsString], place: &Path, rlib: &Path, source: &str, hash: &str, flags: &[&str], plan: &Plan,
) -> bool {
    let directory = place.join(format!(".borrowscope_runtime-{hash}-{}", std::process::id()));
    if fs::create_dir_all(&directory).is_err() {
        return false;
    }
    let mut command = Command::new(rustc);
    command.arg("--crate-name=borrowscope_runtime").arg("--crate-type=rlib").arg("--cap-lints=allow");
    command.arg(format!("--edition={}", plan.value("runtime-edition"))).arg("-Copt-level=3").arg("-Cdebuginfo=0");
    command.arg("--cfg=borrowscope_generated");
    command.arg(format!("-Cmetadata={hash}")).arg(format!("-Cextra-filename=-{hash}"));
    command.args(flags).arg("--out-dir").arg(&directory).arg(source);
    if let Some(target) = option(arguments, "--target") {
        command.arg("--target").arg(target);
    }
    let done = command.output();
    let is_built = done.as_ref().is_ok_and(|done| done.status.success());
    if let (false, Ok(done)) = (is_built, &done) {
        let _ = std::io::stderr().write_all(&done.stderr);
    }
    let name = rlib.file_name().unwrap_or_default();
    let is_placed = is_built && fs::rename(directory.join(name), rlib).is_ok();
    let _ = fs::remove_dir_all(&directory);
    is_placed
}

/// Whether cargo compiles the library of a package `borrowscope-runtime`, its tests apart.
fn is_linked_runtime(arguments: &[OsString]) -> bool {
    env::var("CARGO_PKG_NAME").is_ok_and(|name| name == "borrowscope-runtime")
        && option(arguments, "--crate-name").is_some_and(|name| name == "borrowscope_runtime")
        && !arguments.iter().any(|argument| argument == "--test")
}

/// Our runtime, compiled in the place of the one that the project depends on: with cargo's features and dependencies,
/// and fast in any profile. Where serde is a dependency in any case its traits are there in any case.
fn linked(command: &mut Command, arguments: &[OsString], plan: &Plan) {
    let has_serde = |text: &str| text.starts_with("serde=") || text.starts_with("serde_json=");
    let mut serde = 0;
    let mut skip_next = false;
    let mut is_root_found = false;
    for (at, argument) in arguments.iter().enumerate() {
        let text = argument.to_str().unwrap_or("");
        let is_root = !is_root_found && !text.starts_with('-') && Path::new(argument).extension() == Some(OsStr::new("rs"));
        if skip_next {
            skip_next = false;
        } else if is_root {
            is_root_found = true;
            command.arg(plan.value("runtime-source"));
        } else if text == "--cap-lints" || text == "--edition" {
            skip_next = true;
        } else if !text.starts_with("--cap-lints=") && !text.starts_with("--edition=") {
            command.arg(argument);
        }
        serde += usize::from(at > 0 && arguments[at - 1] == "--extern" && has_serde(text));
    }
    command.arg(format!("--edition={}", plan.value("runtime-edition"))).arg("--cap-lints=allow");
    command.args(["-Copt-level=3", "-Cdebuginfo=0", "-Cdebug-assertions=off", "-Coverflow-checks=off"]);
    if serde == 2 {
        command.arg("--cfg").arg("feature=\"serde\"");
    }
}

/// What stands around rustc itself: the program that cargo names comes first, behind a wrapper of the user's own.
fn around(program: &OsStr, arguments: &[OsString], plan: &Plan) -> Command {
    let outer = plan.value("outer");
    let mut command = if outer.is_empty() { Command::new(program) } else { Command::new(outer) };
    if !outer.is_empty() {
        command.arg(program);
    }
    if is_linked_runtime(arguments) {
        linked(&mut command, arguments, plan);
    } else {
        command.args(arguments);
    }
    command
}

fn main() {
    let mut given = env::args_os().skip(1);
    let Some(rustc) = given.next() else {
        eprintln!("borrowscope: this program is started by cargo, in place of rustc");
        exit(2);
    };
    let arguments: Vec<OsString> = given.collect();
    let mut command = Command::new(&rustc);
    if let Some(plan) = Plan::read() {
        if plan.value("mode") == "linked" {
            become_command(around(&rustc, &arguments, &plan))
        }
        if let Some(found) = find_crate(&arguments, &plan) {
            match plan.value("mode") {
                "types" => types(&rustc, &arguments, &found, &plan),
                "unmarked" => unmarked(&mut command, &arguments, &found, &plan),
                "overlay" => {
                    overlay(&mut command, &rustc, &arguments, &found, &plan);
                    if plan.values.contains_key("left") && command.get_args().next().is_some() {
                        or_untouched(command, &rustc, &arguments, &found, &plan)
                    }
                }
                "refuse" => exit(1),
                _ => {}
            }
        }
    }
    if command.get_args().next().is_none() {
        command.args(&arguments);
    }
    become_command(command)
}

#[cfg(unix)]
fn become_command(mut command: Command) -> ! {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    eprintln!("borrowscope: cannot start {:?}: {error}", command.get_program());
    exit(101)
}

#[cfg(not(unix))]
fn become_command(mut command: Command) -> ! {
    match command.status() {
        Ok(status) => exit(status.code().unwrap_or(101)),
        Err(error) => {
            eprintln!("borrowscope: cannot start {:?}: {error}", command.get_program());
            exit(101)
        }
    }
}

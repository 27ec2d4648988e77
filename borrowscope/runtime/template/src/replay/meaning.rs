//! The words in which the tables say what calls and generated events mean.

/// What a recorded word of a call is.
#[derive(Clone, Copy)]
pub(super) enum Word {
    /// Number of a text of the thread, 0 for none.
    Text,
    Flag,
    /// Two words of the stream, or one where no number of the call needs more.
    Number,
    /// Two words of the stream.
    Address,
    /// Their count, then so many texts.
    Texts,
}

/// A part of a text that is made of recorded words.
#[derive(Clone, Copy)]
pub(super) enum Piece {
    Plain(&'static str),
    Word(usize),
    Hex(usize),
    /// How often a text was counted before.
    Count,
    /// The timestamp of the call's first event.
    Time,
}

/// A text that is made of recorded words.
pub(super) type Template = &'static [Piece];

/// Whom an event is about, or what the other party is.
pub(super) enum Party {
    None,
    /// The instance of the call's first event.
    Same,
    /// A new instance, from now on the newest of that name, and of the id in that word.
    Born {
        name: Template,
        text: Template,
        id: Option<usize>,
    },
    /// The newest live instance of that name, or of the id in that word; its life may be over then.
    Known {
        otherwise: Template,
        name: Template,
        id: Option<usize>,
        ends: bool,
    },
}

/// Where a field's value comes from.
pub(super) enum Source {
    Text(Template),
    Word(usize),
    Flag(bool),
    /// The text of the event's instance, and what follows it.
    Instance(&'static str),
    /// The text of the other party.
    Other,
}

/// What is told beside an event.
#[derive(Clone, Copy)]
pub(super) enum More {
    Location,
    OperationKind,
    OperationContext,
    LiveVariables,
    Bindings,
    ReceiverType,
    ResultType,
    FnTrait,
}

/// One event that a call means.
pub(super) struct Meaning {
    pub(super) kind: u32,
    pub(super) instance: Party,
    pub(super) other: Party,
    pub(super) fields: &'static [Source],
    pub(super) more: &'static [(More, Source)],
    pub(super) name: Template,
    pub(super) ty: Template,
    pub(super) location: Option<usize>,
    pub(super) address: Option<usize>,
}

/// What a function records, and which events that means.
pub(super) struct Function {
    pub(super) words: &'static [Word],
    pub(super) meanings: &'static [Meaning],
}

/// What the fourth word of a generated event is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Other {
    None,
    Type,
    Owner,
    Source,
    To,
    Cause,
    Number,
}

/// What stands beside a generated event.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Payload {
    None,
    Address,
    Counts,
    Flags,
    Type,
}

/// Where a generated event has a field: in its words, or at its site under that name.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Name,
    Instance,
    Owner,
    OwnerName,
    From,
    ToName,
    To,
    Type,
    Location,
    Execution,
    OwnerExecution,
    Object,
    Strong,
    Weak,
    Mutable,
    Success,
    Address,
    Number,
    SiteText(&'static str),
    SiteMaybe(&'static str),
    SiteNumber(&'static str),
    SiteFlag(&'static str),
    SiteTexts(&'static str),
}

/// How a variant is told by generated code.
pub(super) struct Variant {
    pub(super) other: Other,
    pub(super) payload: Payload,
    pub(super) is_birth: bool,
    pub(super) is_death: bool,
    pub(super) is_construct: bool,
    pub(super) fields: &'static [Field],
    pub(super) more: &'static [(More, Field)],
}

//! Events of generated code: from their slots and their site to the fields of the variant.

use super::json_reader::Json;
use super::meaning::{Field, Other, Payload, Variant};
use super::parties::Number;
use super::slots::{kind_of, long, Head};
use super::tables::VARIANTS;
use super::{Facts, Replay};
use crate::format::{self, mark};
use crate::values::Value;

/// What an owner is called that nobody knows.
const UNKNOWN: &str = "unknown";

/// One event while it is told.
struct Row {
    kind: u32,
    thread: u32,
    site: u32,
    instance: u32,
    other: u32,
    small: u32,
    count: u32,
    address: u64,
    is_partial: bool,
    /// The instance that the event is about.
    subject: Option<Number>,
    /// The other party.
    party: Option<Number>,
}

impl Replay<'_> {
    /// Tells an event of generated code. Attempts have no variant, and neither has what failed.
    pub(super) fn generated(&mut self, head: Head, kind: u32) {
        let Some(variant) = VARIANTS.get(kind as usize - 1) else {
            return;
        };
        let mut row = self.row(head, kind);
        if self.has_failed(&row) {
            return;
        }
        self.join(&mut row, variant);
        let values = variant
            .fields
            .iter()
            .map(|field| self.field(&row, variant, *field))
            .collect();
        let facts = self.wants_facts.then(|| Box::new(self.facts_of_row(&row, variant)));
        self.tell(head, kind, values, facts);
        if variant.is_death || (variant.other == Other::To && !row.is_partial) {
            if let Some(number) = row.subject {
                self.parties.end(number);
            }
        }
    }

    fn row(&self, head: Head, kind: u32) -> Row {
        let slot = self.heads.slot(head);
        let mut row = Row {
            kind,
            thread: self.heads.thread(head),
            site: slot[0] & format::SITE_MASK,
            instance: slot[2],
            other: slot[3],
            small: 0,
            count: 0,
            address: 0,
            is_partial: false,
            subject: None,
            party: None,
        };
        for beside in self.heads.followers(head) {
            match kind_of(beside[0]) {
                mark::OBJECT => {
                    row.small = beside[0] & format::SITE_MASK;
                    (row.count, row.address) = (beside[1], long(beside));
                }
                mark::FLAGS => row.is_partial = beside[0] & format::FLAG_PARTIAL != 0,
                _ => {}
            }
        }
        row
    }

    /// A borrow or a lock that was tried in vain: the public event has no field that could say so.
    fn has_failed(&self, row: &Row) -> bool {
        let may_fail = [format::kind::REF_CELL_BORROW, format::kind::LOCK].contains(&row.kind);
        may_fail && row.small & format::FLAG_SUCCESS == 0
    }

    /// Finds the instances that the event joins, and those that it gives birth to.
    fn join(&mut self, row: &mut Row, variant: &Variant) {
        match variant.other {
            Other::To => {
                row.subject = self.parties.generated(row.instance);
                row.party = self.born(row, row.other);
                return;
            }
            Other::Owner | Other::Source => row.party = self.parties.generated(row.other),
            _ => {}
        }
        row.subject = if variant.is_birth {
            self.born(row, row.instance)
        } else {
            self.parties.generated(row.instance)
        };
    }

    /// A new instance with the name of the site.
    fn born(&mut self, row: &Row, instance: u32) -> Option<Number> {
        if instance == 0 {
            return None;
        }
        let name = self.sites.name(row.site).unwrap_or_default();
        let text = format!("{name}_{}", self.parties.count());
        let number = self.parties.add(row.thread, name, &text);
        self.parties.set_generated(instance, number);
        Some(number)
    }

    fn field(&self, row: &Row, variant: &Variant, field: Field) -> Value {
        let text = |text: String| Value::Text(text);
        match field {
            Field::Name | Field::ToName => text(self.name_of(row, field)),
            Field::Instance => text(self.text_of(row.subject, self.sites.name(row.site).unwrap_or_default())),
            Field::Owner => {
                let otherwise = self.sites.owner_name(row.site).unwrap_or(UNKNOWN);
                text(self.text_of(row.party, otherwise))
            }
            Field::From => {
                let otherwise = self.sites.owner_name(row.site).unwrap_or(UNKNOWN);
                text(self.text_of(row.subject, otherwise))
            }
            Field::To => text(self.text_of(row.party, "")),
            Field::OwnerName => text(match row.party {
                Some(number) => self.parties.name(number).to_string(),
                None => self.sites.owner_name(row.site).unwrap_or_default().to_string(),
            }),
            Field::Type => text(self.type_of(row, variant).unwrap_or_default()),
            Field::Location => text(self.sites.get(row.site).map(|site| site.location()).unwrap_or_default()),
            Field::Execution if row.instance != 0 => text(row.instance.to_string()),
            Field::Execution => text(row.site.to_string()),
            Field::OwnerExecution => text(row.other.to_string()),
            Field::Object => text(format!("{:#x}", row.address)),
            Field::Strong => Value::Number(row.count.into()),
            Field::Weak => Value::Number(row.small.into()),
            Field::Address => Value::Number(row.address),
            Field::Number => Value::Number(row.other.into()),
            Field::Mutable => Value::Flag(row.small & format::FLAG_MUTABLE != 0),
            Field::Success => Value::Flag(row.small & format::FLAG_SUCCESS != 0),
            Field::SiteText(name) => text(self.site_text(row, name).unwrap_or_default()),
            Field::SiteMaybe(name) => Value::Maybe(self.site_text(row, name)),
            Field::SiteNumber(name) => Value::Number(self.told(row, name).and_then(Json::number).unwrap_or(0)),
            Field::SiteFlag(name) => Value::Flag(self.told(row, name) == Some(&Json::Flag(true))),
            Field::SiteTexts(name) => {
                let items = self.told(row, name).map(Json::items).unwrap_or_default();
                Value::List(items.iter().filter_map(Json::text).map(str::to_string).collect())
            }
        }
    }

    fn told(&self, row: &Row, name: &str) -> Option<&Json> {
        self.sites.get(row.site)?.field(name)
    }

    /// A text of the site; the name of a traced function is the site's own.
    fn site_text(&self, row: &Row, name: &str) -> Option<String> {
        let told = self.told(row, name).and_then(Json::text).map(str::to_string);
        let is_own = name == "fn_name" && VARIANTS[row.kind as usize - 1].is_construct;
        told.or_else(|| is_own.then(|| self.sites.get(row.site).map(|site| site.function.clone()))?)
    }

    fn name_of(&self, row: &Row, field: Field) -> String {
        if matches!(field, Field::ToName) && row.other == 0 {
            return String::new();
        }
        let name = self.sites.name(row.site);
        let known = row.subject.map(|number| &**self.parties.name(number));
        name.or(known).unwrap_or_default().to_string()
    }

    fn text_of(&self, number: Option<Number>, otherwise: &str) -> String {
        number.map_or(otherwise, |number| self.parties.text(number)).to_string()
    }

    /// The type that was named at run time, else that of the site.
    fn type_of(&self, row: &Row, variant: &Variant) -> Option<String> {
        let number = match (variant.other, variant.payload) {
            (Other::Type, _) => row.other,
            (_, Payload::Type) => row.count,
            _ => 0,
        };
        let named = self.known.threads.get(&row.thread)?.text(number);
        named
            .map(|text| text.to_string())
            .or_else(|| self.sites.ty(row.site).map(str::to_string))
    }

    fn facts_of_row(&self, row: &Row, variant: &Variant) -> Facts {
        let mut facts = Facts {
            name: self.sites.name(row.site).map(str::to_string),
            ty: self.type_of(row, variant),
            site: Some(row.site),
            instance: row.subject,
            address: row.address,
            more: variant
                .more
                .iter()
                .map(|(more, field)| (*more, self.field(row, variant, *field)))
                .collect(),
            ..Facts::default()
        };
        if variant.is_construct {
            facts.name = None;
        }
        match variant.other {
            Other::Owner => facts.owner = row.party,
            Other::Source => facts.source = row.party,
            Other::To => (facts.from, facts.to) = (row.subject, row.party),
            _ => {}
        }
        facts
    }
}

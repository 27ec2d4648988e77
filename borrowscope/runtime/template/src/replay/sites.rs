//! The sites of generated code: what `sites.json` says of them.

use super::hashing::Map;
use super::json_reader::Json;

/// A site's number is that of its file times so much, and its index.
const SITES_PER_FILE: u32 = 256;

/// One site.
#[derive(Debug, Default, Clone)]
pub(super) struct Site {
    pub(super) path: String,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) function: String,
    name: Option<String>,
    ty: Option<String>,
    /// The site of the binding that the construct concerns.
    binding: Option<u32>,
    /// The site of the binding that is borrowed, moved or cloned.
    owner: Option<u32>,
    fields: Option<Json>,
}

impl Site {
    /// A field of the site's event.
    pub(super) fn field(&self, name: &str) -> Option<&Json> {
        self.fields.as_ref()?.get(name)
    }

    /// `file:line:column`.
    pub(super) fn location(&self) -> String {
        format!("{}:{}:{}", self.path, self.line, self.column)
    }
}

/// All sites by number.
#[derive(Debug, Default)]
pub(super) struct Sites(Map<u32, Site>);

impl Sites {
    /// Reads the sites; where the text is not as it should be there are none.
    pub(super) fn parse(text: &str) -> Sites {
        let json = Json::parse(text).unwrap_or(Json::Null);
        let rows = |name: &str| json.get(name).map(Json::items).unwrap_or_default();
        let paths: Map<u64, &str> = rows("files")
            .iter()
            .filter_map(|file| Some((file.get("id")?.number()?, file.get("path")?.text()?)))
            .collect();
        Sites(rows("sites").iter().filter_map(|row| read_site(row, &paths)).collect())
    }

    pub(super) fn get(&self, number: u32) -> Option<&Site> {
        self.0.get(&number)
    }

    /// The binding's name: the site's own, or that of the binding which it concerns.
    pub(super) fn name(&self, number: u32) -> Option<&str> {
        self.told(number, |site| site.name.as_deref())
    }

    /// The type that the site tells, or that of the binding which it concerns.
    pub(super) fn ty(&self, number: u32) -> Option<&str> {
        self.told(number, |site| site.ty.as_deref())
    }

    /// The name of the binding that is borrowed, moved or cloned there.
    pub(super) fn owner_name(&self, number: u32) -> Option<&str> {
        self.get(self.get(number)?.owner?)?.name.as_deref()
    }

    fn told<'a>(&'a self, number: u32, tell: impl Fn(&'a Site) -> Option<&'a str>) -> Option<&'a str> {
        let site = self.get(number)?;
        tell(site).or_else(|| tell(self.get(site.binding?)?))
    }
}

fn read_site(row: &Json, paths: &Map<u64, &str>) -> Option<(u32, Site)> {
    let number = |name: &str| row.get(name).and_then(Json::number).map(|number| number as u32);
    let text = |name: &str| row.get(name).and_then(Json::text).map(str::to_string);
    let first = number("file")?.checked_mul(SITES_PER_FILE)?;
    let site = Site {
        path: paths.get(&u64::from(number("file")?)).copied()?.to_string(),
        line: number("line")?,
        column: number("column")?,
        function: text("function")?,
        name: text("name"),
        ty: text("ty"),
        binding: number("binding").map(|index| first.wrapping_add(index)),
        owner: number("owner").map(|index| first.wrapping_add(index)),
        fields: row.get("fields").cloned(),
    };
    Some((first.wrapping_add(number("index")?), site))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_numbered_by_file_and_index() {
        let text = r#"{"files": [{"id": 2, "path": "src/main.rs"}], "sites": [
            {"file": 2, "index": 1, "line": 3, "column": 9, "function": "f", "name": "x", "ty": "u8"},
            {"file": 2, "index": 4, "line": 5, "column": 1, "function": "f", "binding": 1, "owner": 1,
             "name": null, "fields": {"mutable": true}},
            {"file": 7, "index": 0, "line": 5, "column": 1, "function": "f"}]}"#;
        let sites = Sites::parse(text);
        assert_eq!(sites.get(513).map(Site::location), Some("src/main.rs:3:9".to_string()));
        assert_eq!(
            (sites.name(516), sites.ty(516), sites.owner_name(516)),
            (Some("x"), Some("u8"), Some("x"))
        );
        assert_eq!(
            sites.get(516).and_then(|site| site.field("mutable")),
            Some(&Json::Flag(true))
        );
        assert!(sites.get(7 * 256).is_none());
        assert!(Sites::parse("{").get(513).is_none());
    }
}

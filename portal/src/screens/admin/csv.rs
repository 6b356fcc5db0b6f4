//! The audit trail as a file for spreadsheets, made in the page: RFC 4180, in UTF-8, but with the
//! separator that spreadsheets of the language expect.

use js_sys::Array;
use leptos::prelude::*;
use shared::api::AuditEntry;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::texts::Texts;

/// Tells spreadsheets that a file is in UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text of the file. Times are in UTC, since the end of summer time has an hour twice.
pub fn csv(entries: &[AuditEntry], texts: &Texts) -> String {
    let audit = &texts.audit;
    let mut text = String::from(BYTE_ORDER_MARK);
    let separator = audit.separator;
    row(
        &mut text,
        separator,
        [audit.time_utc, audit.employee, audit.action, audit.outcome],
    );
    for entry in entries {
        row(
            &mut text,
            separator,
            [
                &entry.at.to_string(),
                entry.employee.as_str(),
                (audit.of_action)(entry.action),
                (audit.of_outcome)(entry.outcome),
            ],
        );
    }
    text
}

fn row<const N: usize>(text: &mut String, separator: char, cells: [&str; N]) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(separator);
        }
        text.push_str(&quoted(cell));
    }
    text.push_str("\r\n");
}

/// A cell in quotes. A text that a spreadsheet would compute gets an apostrophe in front: an
/// employee's id comes from another system, and must not become a formula on the administrator's
/// computer.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

/// Lets the browser save `text` as the file `name`.
pub fn save(name: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv;charset=utf-8");
    let parts = Array::of1(&text.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind)?;
    let address = Url::create_object_url_with_blob(&blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::{
        api::{Action, Outcome},
        language::Language,
    };

    fn entry(employee: &str) -> AuditEntry {
        AuditEntry {
            at: "2026-11-23T10:15:00Z".parse().unwrap(),
            employee: employee.to_owned().try_into().unwrap(),
            action: Action::Validation,
            outcome: Outcome::NotAccepted,
        }
    }

    #[test]
    fn a_file_is_as_spreadsheets_of_the_language_read_it() {
        let entries = [entry("a.dewit, \"Anna\"")];
        assert_eq!(
            csv(&entries, Texts::of(Language::Dutch)),
            "\u{feff}\"Tijd (UTC)\";\"Medewerker\";\"Handeling\";\"Gevolg\"\r\n\
             \"2026-11-23T10:15:00Z\";\"a.dewit, \"\"Anna\"\"\";\
             \"Code invoeren\";\"Niet geaccepteerd\"\r\n"
        );
        assert_eq!(
            csv(&entries, Texts::of(Language::English)),
            "\u{feff}\"Time (UTC)\",\"Employee\",\"Action\",\"Outcome\"\r\n\
             \"2026-11-23T10:15:00Z\",\"a.dewit, \"\"Anna\"\"\",\
             \"Enter a code\",\"Not accepted\"\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula() {
        for name in ["=1+1", "+31", "-2", "@SUM(A1)"] {
            let text = csv(&[entry(name)], Texts::of(Language::English));
            assert!(text.contains(&format!(",\"'{name}\",")), "{text}");
        }
        let text = csv(&[entry("a=b")], Texts::of(Language::English));
        assert!(text.contains(",\"a=b\","));
    }
}

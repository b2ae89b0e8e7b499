//! Consent as a page: what is asked and how it stands, and the receipt that a clinic files.

use super::sheet::Sheet;
use super::terminal::Terminal;
use super::{Page, phrase};
use crate::NOT_MONITORED;
use crate::consent::{ConsentReceipt, ConsentState};
use crate::document::ConsentText;
use crate::find::short_id;
use crate::names::{Names, listed};
use crate::view::SharedView;

/// Returns what is asked in a care circle, and how it stands, for a terminal.
pub fn consent_text(shared: &SharedView, names: &Names, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    let readers: Vec<_> = shared.readers().map(|reader| names.of(reader)).collect();
    sheet.title(&format!("Consent to share with {}", listed(&readers)));
    sheet.line(&match shared.consent_state() {
        ConsentState::NotGiven => "Not given yet. Nothing is shared before every part is acknowledged.".to_owned(),
        ConsentState::TextChanged(at) => {
            let at = at.minute_text();
            format!("Given on {at}, to other words. The text has changed since; nothing more is shared before it is given again.")
        }
        ConsentState::Given(at) => format!("Given on {}.", at.minute_text()),
        ConsentState::TakenBack(at) => format!("Taken back on {}. Nothing more is shared.", at.minute_text()),
    });
    sheet.line(&name(shared.asked_text()));
    write_parts(&mut sheet, shared.asked_text(), &[]);
    sheet.rule();
    sheet.line(NOT_MONITORED);
    sheet.finish()
}

/// Returns the receipts of a clinic for a terminal, the newest first.
pub fn consent_receipts_text(receipts: &[ConsentReceipt], names: &Names, page: Page) -> String {
    let mut sheet = Terminal::new(page);
    if receipts.is_empty() {
        sheet.line("There is no receipt: this patient has not answered yet.");
    }
    for receipt in receipts.iter().rev() {
        write_receipt(&mut sheet, receipt, names);
    }
    sheet.finish()
}

fn name(text: &ConsentText) -> String {
    format!(
        "Text: {}, version {}, {}",
        text.name.as_str(),
        text.version,
        phrase::count(text.items.len(), "part", "parts")
    )
}

fn write_receipt(sheet: &mut impl Sheet, receipt: &ConsentReceipt, names: &Names) {
    let patient = names.of(receipt.patient);
    let what = if receipt.given { "given" } else { "taken back" };
    sheet.section(&format!("Receipt: consent of {patient}, {what}"));
    let mut rows = vec![
        [String::from("When"), format!("{}, by the patient's clock", receipt.at.minute_text())].into(),
        [String::from("Signed"), "with the patient's key".to_owned()].into(),
        [String::from("Key card"), receipt.signed.fingerprint.to_string()].into(),
        [
            String::from("Record"),
            format!("{} of journal {}, {}", receipt.seq, short_id(receipt.journal.uuid()), receipt.signed.record_hash),
        ]
        .into(),
    ];
    if receipt.given {
        let parts: Vec<_> = receipt.acknowledged.iter().map(u16::to_string).collect();
        rows.push([String::from("Acknowledged"), listed(&parts)].into());
    }
    sheet.table(&rows);
    match &receipt.text {
        Some(text) => {
            sheet.line(&name(text));
            if receipt.given {
                write_parts(sheet, text, &receipt.acknowledged);
            }
        }
        None => sheet.line("The text is not in this journal any more."),
    }
}

fn write_parts(sheet: &mut impl Sheet, text: &ConsentText, acknowledged: &[u16]) {
    for (number, item) in text.numbers().into_iter().zip(&text.items) {
        let yes = if acknowledged.contains(&number) { " (acknowledged)" } else { "" };
        sheet.group(&format!("{number}. {}{yes}", item.title.as_str()));
        sheet.words(item.text.as_str());
    }
}

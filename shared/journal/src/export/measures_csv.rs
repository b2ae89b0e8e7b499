//! `measures.csv`: every measure as a row, for a spreadsheet or a statistics program.
//!
//! The invariant: the same measures give the same bytes; every row has the same columns; and no cell is taken for a formula
//! by the program that opens it, whatever somebody called a band.

use super::ExportFile;
use crate::calendar::Day;
use crate::measure::Instruments;
use crate::view::{MeasureView, PatientView};

/// Returns the measures in the view, by time, if there is one: `instrument,date,item_1..n,total,band,complete`.
///
/// There are as many items as the longest instrument has; an item that was left out, or is not there, is empty. What is
/// not complete has neither total nor band. An answer whose definition is not here has its items in the order of the
/// answers. Lines end as RFC 4180 says.
pub(super) fn measures_csv(view: &PatientView) -> Option<ExportFile> {
    let packs = view.shared.iter().flat_map(|shared| &shared.packs).map(|pack| pack.body().pack.clone());
    let instruments = Instruments::with(packs);
    let mut measures: Vec<_> = view.measures().collect();
    measures.sort_by_key(|measure| (measure.response.at(), measure.response.id()));
    measures.dedup_by_key(|measure| measure.response.id());
    let answers: Vec<_> = measures.iter().map(|measure| answers(measure, &instruments)).collect();
    let items = answers.iter().map(Vec::len).max()?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let numbered = (1..=items).map(|n| format!("item_{n}"));
    let head = ["instrument", "date"].map(str::to_owned).into_iter().chain(numbered);
    let head: Vec<_> = head.chain(["total", "band", "complete"].map(str::to_owned)).collect();
    writer.write_record(&head).expect(IN_MEMORY);
    for (measure, answers) in measures.iter().zip(answers) {
        let score = measure.score();
        let total = score.and_then(|score| score.total.as_ref());
        let mut row = vec![text(measure.response.body().instrument.as_str())];
        row.push(Day::of(measure.response.at()).to_string());
        let given = answers.into_iter().map(|value| value.map(|value| value.to_string()).unwrap_or_default());
        row.extend(given.chain(std::iter::repeat(String::new())).take(items));
        row.push(total.map(|total| total.value.to_string()).unwrap_or_default());
        row.push(total.and_then(|total| total.band.as_deref()).map(text).unwrap_or_default());
        row.push(if score.is_some_and(crate::measure::Score::is_complete) { "yes" } else { "no" }.to_owned());
        writer.write_record(&row).expect(IN_MEMORY);
    }
    let bytes = writer.into_inner().expect(IN_MEMORY);
    Some(ExportFile { path: "measures.csv".to_owned(), bytes })
}

const IN_MEMORY: &str = "writing rows of one length into memory cannot fail";

/// Returns the answers in the order of the instrument's items.
fn answers(measure: &MeasureView, instruments: &Instruments) -> Vec<Option<u16>> {
    let body = measure.response.body();
    let Some(instrument) = instruments.definition(&body.instrument, body.version) else {
        return body.answers.iter().map(|answer| Some(answer.value)).collect();
    };
    let value = |id| body.answers.iter().find(|answer| answer.item == id).map(|answer| answer.value);
    instrument.items.iter().map(|item| value(item.id.clone())).collect()
}

/// Returns words that no spreadsheet takes for a formula: an apostrophe before what begins like one makes it text.
fn text(words: &str) -> String {
    let one_line: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let formula = one_line.trim_start().starts_with(['=', '+', '-', '@']);
    if formula { format!("'{one_line}") } else { one_line }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::InstrumentPack;
    use crate::fold::fold;
    use crate::sample::*;

    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        let reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
        let rows = reader.into_records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        rows.collect()
    }

    #[test]
    fn every_measure_is_a_row_with_its_items_in_their_places() {
        let journal = shared()
            .write(HERON, response(2, at(2, 9, 0), "PHQ-9", &[2, 1, 2, 2, 1, 1, 0, 0, 1]))
            .write(HERON, response(1, at(1, 9, 0), "GAD-7", &[1, 1, 1]));
        let file = measures_csv(&fold(HERON, &[private(), journal])).unwrap();
        let text = String::from_utf8(file.bytes).unwrap();
        assert_eq!(
            text.replace("\r\n", "\n"),
            "instrument,date,item_1,item_2,item_3,item_4,item_5,item_6,item_7,item_8,item_9,item_10,total,band,complete\n\
             GAD-7,2031-04-01,1,1,1,,,,,,,,,,no\n\
             PHQ-9,2031-04-02,2,1,2,2,1,1,0,0,1,,10,moderate,yes\n"
        );
        assert_eq!(text.matches("\r\n").count(), 3);
        assert_eq!(measures_csv(&fold(HERON, &[private(), shared()])), None, "no measure, no file");
    }

    #[test]
    fn a_private_measure_is_in_the_patients_file_and_in_no_clinicians() {
        let private = private().write(HERON, response(1, at(1, 9, 0), "GAD-7", &[0; 7]));
        assert!(measures_csv(&fold(HERON, &[private, shared()])).is_some());
        assert_eq!(measures_csv(&fold(HERON, &[shared()])), None);
    }

    #[test]
    fn an_answer_without_its_definition_is_kept_as_it_was_given() {
        let answered = response(1, at(1, 9, 0), "CORE-10", &[0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
        let journal = shared().write(HERON, answered);
        let without = rows(&measures_csv(&fold(HERON, std::slice::from_ref(&journal))).unwrap().bytes);
        assert_eq!(without[1][2..], ["0", "1", "2", "3", "4", "0", "1", "2", "3", "4", "", "", "no"]);
        let offered = journal.write(QUILL, document(2, at(1, 8, 0), InstrumentPack { pack: core_10() }));
        let with = rows(&measures_csv(&fold(HERON, &[offered])).unwrap().bytes);
        assert_eq!((with[1].last().unwrap().as_str(), with[1][12].is_empty()), ("yes", false));
    }

    #[test]
    fn no_words_are_taken_for_a_formula() {
        for words in ["=1+1", "+1", "-1", "@cmd", " =1", "\t=1", "\r=1"] {
            assert!(text(words).starts_with('\''), "{words:?}");
        }
        assert_eq!(text("moderate, with = inside"), "moderate, with = inside");
    }

    proptest! {
        #[test]
        fn rows_are_of_one_length_and_come_back_as_they_were(journals in journals(), words in ".{0,20}") {
            let cell = text(&words);
            prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']) && !cell.contains(['\n', '\r']));
            if let Some(file) = measures_csv(&fold(HERON, &journals)) {
                let rows = rows(&file.bytes);
                prop_assert!(rows.iter().all(|row| row.len() == rows[0].len()));
                prop_assert_eq!(measures_csv(&fold(HERON, &journals)).unwrap().bytes, file.bytes);
            }
        }
    }
}

//! Columns of text, aligned by how wide they look.

use textwrap::core::display_width;

/// Returns the rows with their columns aligned, two spaces apart. The last column is as long as it is.
pub(crate) fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| display_width(&row[column])).max().unwrap_or_default());
    let lines = rows.iter().map(|row| {
        let cells = row.iter().zip(widths).map(|(cell, width)| {
            let gap = width.saturating_sub(display_width(cell));
            format!("{cell}{}", " ".repeat(gap))
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

//! QR codes: of the recovery kit, on paper, and of a device code, on a screen.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules that belong around a code, or it is not found.
pub const QUIET: usize = 4;

/// A QR code as squares.
pub struct Squares {
    width: usize,
    dark: Vec<bool>,
}

impl Squares {
    /// Returns the code of a text. About 2 000 characters fit; everything here is far shorter.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Some(Self { width: code.width(), dark })
    }

    /// Returns how many squares it is wide and high.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Returns the dark squares as horizontal bars: `(x, y, length)`, from the top left.
    pub fn bars(&self) -> Vec<(usize, usize, usize)> {
        let mut bars: Vec<(usize, usize, usize)> = Vec::new();
        for (index, _) in self.dark.iter().enumerate().filter(|(_, dark)| **dark) {
            let (x, y) = (index % self.width, index / self.width);
            match bars.last_mut() {
                Some((from, row, length)) if *row == y && *from + *length == x => *length += 1,
                _ => bars.push((x, y, 1)),
            }
        }
        bars
    }

    /// Returns the code for a terminal: two rows of squares in one of text, light on whatever the background is.
    pub fn to_text(&self) -> String {
        let size = self.width + 2 * QUIET;
        let dark = |x: usize, y: usize| {
            let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < self.width);
            inside(x).zip(inside(y)).is_some_and(|(x, y)| self.dark[y * self.width + x])
        };
        let line = |y: usize| -> String {
            let cell = |x| match (dark(x, y), dark(x, y + 1)) {
                (false, false) => '\u{2588}',
                (false, true) => '\u{2580}',
                (true, false) => '\u{2584}',
                (true, true) => ' ',
            };
            (0..size).map(cell).collect()
        };
        (0..size).step_by(2).map(line).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_and_terminal_show_the_same_squares() {
        let squares = Squares::of("devi-ce1q").unwrap();
        let counted: usize = squares.bars().iter().map(|(_, _, length)| length).sum();
        assert_eq!(counted, squares.dark.iter().filter(|dark| **dark).count());
        let text = squares.to_text();
        let light: usize = text
            .chars()
            .map(|c| match c {
                '\u{2588}' => 2,
                '\u{2580}' | '\u{2584}' => 1,
                _ => 0,
            })
            .sum();
        let (size, rows) = (squares.width + 2 * QUIET, (squares.width + 2 * QUIET).div_ceil(2));
        assert_eq!(text.lines().count(), rows);
        assert_eq!(light, size * rows * 2 - counted);
    }
}

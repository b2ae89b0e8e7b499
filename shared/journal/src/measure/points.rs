//! The value of a score: hundredths, so that equal scores are equal and print alike everywhere.

use std::fmt;

use serde::{Serialize, Serializer};

/// The value of a score, to two decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Points(i64);

impl Points {
    /// Returns a whole number of points.
    pub const fn whole(points: i32) -> Self {
        Self(points as i64 * 100)
    }

    /// Returns the value rounded to two decimals, halves up. What is beyond all measure stays at its end.
    pub fn rounded(value: f64) -> Self {
        // `as` saturates, and turns what is no number into 0.
        Self((value * 100.0 + 0.5).floor() as i64)
    }

    /// Returns the value as a number to reckon with.
    pub fn value(self) -> f64 {
        self.0 as f64 / 100.0
    }

    /// Returns how much this is above `before`; negative if it is below.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self(self.0.saturating_sub(before.0))
    }

    /// Returns the difference with its sign: `+2`, `-5`, `±0`.
    pub fn signed(self) -> String {
        match self.0 {
            0 => "±0".to_owned(),
            above if above > 0 => format!("+{self}"),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, whole, part) =
            (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        match part {
            0 => write!(f, "{sign}{whole}"),
            tenths if tenths % 10 == 0 => write!(f, "{sign}{whole}.{}", tenths / 10),
            hundredths => write!(f, "{sign}{whole}.{hundredths:02}"),
        }
    }
}

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 { serializer.serialize_i64(self.0 / 100) } else { serializer.serialize_f64(self.value()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        let texts = [0.0, 12.0, -5.0, 12.5, 14.444, -0.25, 8.005].map(|value| Points::rounded(value).to_string());
        assert_eq!(texts, ["0", "12", "-5", "12.5", "14.44", "-0.25", "8.01"]);
        assert_eq!(Points::whole(3).since(Points::whole(5)).signed(), "-2");
    }
}

//! Amounts with a fixed number of decimals, so that what a clinician writes is what is kept and what is added up.
//!
//! The invariant: an amount is inside the range of its kind, and no binary fraction ever stands between two of them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::FieldError;

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident, $field:literal, $decimals:literal, $min:literal..=$max:literal, $rule:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl FromStr for $name {
            type Err = FieldError;

            fn from_str(text: &str) -> Result<Self, FieldError> {
                let units = units(text, $decimals).filter(|units| ($min..=$max).contains(units));
                units.map(Self).ok_or(FieldError::Rule { field: $field, rule: $rule })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&text(u64::from(self.0), $decimals))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

amount!(
    /// A dose, to a hundredth of a milligram.
    Milligrams, "mg", 2, 1..=999_999, "a dose is more than 0 and at most 9999.99 mg, with at most two decimals"
);
amount!(
    /// A body's weight, to a tenth of a kilogram.
    Kilograms, "weight_kg", 1, 200..=3_500, "a weight is 20 to 350 kg, with at most one decimal"
);
amount!(
    /// A body's temperature, to a tenth of a degree.
    Celsius, "temp_c", 1, 300..=450, "a temperature is 30 to 45 degrees Celsius, with at most one decimal"
);
amount!(
    /// Hours of sleep, to a tenth.
    SleepHours, "sleep_hours", 1, 0..=240, "sleep is 0 to 24 hours, with at most one decimal"
);

/// A dose by weight, in hundredths: derived, never entered, and compared with no other route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MgPerKg(u64);

/// Several doses together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TotalMg(u64);

impl TotalMg {
    /// Adds doses up; nothing if there are none.
    pub fn of(doses: impl IntoIterator<Item = Milligrams>) -> Option<Self> {
        let sum: u64 = doses.into_iter().map(|dose| u64::from(dose.0)).sum();
        (sum > 0).then_some(Self(sum))
    }

    /// Returns the dose by weight, rounded half up.
    pub fn per(self, weight: Kilograms) -> MgPerKg {
        let (hundredths, tenths) = (self.0 * 10, u64::from(weight.0));
        MgPerKg((hundredths * 2 + tenths) / (tenths * 2))
    }
}

impl fmt::Display for TotalMg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text(self.0, 2))
    }
}

impl fmt::Display for MgPerKg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for TotalMg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for MgPerKg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads digits with at most so many decimals; the result counts the smallest unit.
fn units(text: &str, decimals: u32) -> Option<u32> {
    let (whole, part) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole, 6) || part.is_some_and(|part| !digits(part, decimals as usize)) {
        return None;
    }
    let part = part.unwrap_or_default();
    let padded = format!("{whole}{part}{}", "0".repeat(decimals as usize - part.len()));
    padded.parse().ok()
}

fn text(units: u64, decimals: u32) -> String {
    let one = 10_u64.pow(decimals);
    let (whole, part) = (units / one, format!("{:0width$}", units % one, width = decimals as usize));
    let part = part.trim_end_matches('0');
    if part.is_empty() { whole.to_string() } else { format!("{whole}.{part}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mg(text: &str) -> Milligrams {
        text.parse().unwrap()
    }

    #[test]
    fn impossible_doses_and_weights_are_refused() {
        for text in ["0", "-40", "40.005", "10000", "4e2", "40 mg", "NaN", "", ".5", "5.", "٤٠"] {
            assert!(text.parse::<Milligrams>().is_err(), "{text}");
        }
        for text in ["19.9", "350.1", "70.55"] {
            assert!(text.parse::<Kilograms>().is_err(), "{text}");
        }
        let error = "0".parse::<Milligrams>().unwrap_err().to_string();
        assert_eq!(error, "`mg`: a dose is more than 0 and at most 9999.99 mg, with at most two decimals");
    }

    #[test]
    fn a_dose_by_weight_is_rounded_half_up() {
        let by_weight = |doses: &[&str], kg: &str| {
            let total = TotalMg::of(doses.iter().map(|dose| mg(dose))).unwrap();
            total.per(kg.parse().unwrap()).to_string()
        };
        assert_eq!(by_weight(&["40"], "67.8"), "0.59");
        assert_eq!(by_weight(&["40", "15"], "67.9"), "0.81");
        assert_eq!(by_weight(&["0.25"], "50"), "0.01");
        assert_eq!(by_weight(&["0.24"], "50"), "0.00");
        assert_eq!(by_weight(&["150"], "91"), "1.65");
        assert_eq!(TotalMg::of([]), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(hundredths in 1..=999_999_u32) {
            let dose = Milligrams(hundredths);
            prop_assert_eq!(dose.to_string().parse::<Milligrams>().unwrap(), dose);
        }

        #[test]
        fn a_dose_by_weight_is_never_further_off_than_half_a_hundredth(dose in 1..=999_999_u32, kg in 200..=3_500_u32) {
            let exact = f64::from(dose) / 100.0 / (f64::from(kg) / 10.0);
            let MgPerKg(hundredths) = TotalMg(u64::from(dose)).per(Kilograms(kg));
            prop_assert!((hundredths as f64 / 100.0 - exact).abs() <= 0.005 + 1e-9);
        }

        #[test]
        fn no_text_panics(text in ".{0,16}") {
            let _ = text.parse::<Milligrams>();
        }
    }
}

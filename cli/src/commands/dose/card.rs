//! How the parts of a dose card are typed: `40@14:05`, `pre@13:55,120/80,hr=72`, `nausea:mild`.
//!
//! Times are on the session's own clock; one that is more than six hours before its start is the day after.

use chrono::NaiveTime;
use reverie_journal::{
    Adverse, Dose, DoseKind, FewWords, Milligrams, Severity, SpokenLine, Term, Timestamp, VitalPhase, Vitals,
};

/// A dose as it is typed.
#[derive(Clone)]
pub(super) struct TypedDose {
    mg: Milligrams,
    at: NaiveTime,
    minutes: Option<u16>,
}

/// Readings as they are typed.
#[derive(Clone)]
pub(super) struct TypedVitals {
    at: NaiveTime,
    phase: VitalPhase,
    readings: Vec<(String, String)>,
}

/// Reads `40@14:05`, or `40@14:05/30` for one that runs for 30 minutes.
pub(super) fn dose(text: &str) -> Result<TypedDose, String> {
    const EXAMPLE: &str =
        "write a dose like 40@14:05: milligrams, then when; an infusion 40@14:05/45, with its minutes";
    let (mg, when) = text.split_once('@').ok_or(EXAMPLE)?;
    let (at, minutes) = when.split_once('/').map_or((when, None), |(at, minutes)| (at, Some(minutes)));
    let minutes = minutes.map(str::parse).transpose().map_err(|_| EXAMPLE)?;
    Ok(TypedDose { mg: mg.trim_end_matches("mg").parse().map_err(|error| format!("{error}"))?, at: time(at)?, minutes })
}

/// Reads `pre@13:55,120/80,hr=72,spo2=98`.
pub(super) fn vitals(text: &str) -> Result<TypedVitals, String> {
    const EXAMPLE: &str = "write readings like pre@13:55,120/80,hr=72,spo2=98,rr=14,temp=36.6";
    let mut parts = text.split(',');
    let (phase, at) = parts.next().and_then(|first| first.split_once('@')).ok_or(EXAMPLE)?;
    let phase = VitalPhase::ALL.into_iter().find(|known| known.label() == phase);
    let phase = phase.ok_or("readings are of `pre`, `peak`, `post` or `discharge`")?;
    let readings = parts.map(|part| match part.split_once(['=', '/']) {
        Some((sbp, dbp)) if part.contains('/') => Ok((sbp.to_owned(), dbp.to_owned())),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(EXAMPLE.to_owned()),
    });
    let readings = readings.collect::<Result<Vec<_>, _>>()?;
    let typed = TypedVitals { at: time(at)?, phase, readings };
    typed.on(Timestamp::from_unix(0, 0).map_err(|error| error.to_string())?)?;
    Ok(typed)
}

/// Reads `nausea`, or `nausea:mild`.
pub(super) fn adverse(text: &str) -> Result<Adverse, String> {
    let (term, severity) = text.split_once(':').map_or((text, None), |(term, severity)| (term, Some(severity)));
    let severity = severity.map(|severity| match severity {
        "mild" => Ok(Severity::Mild),
        "moderate" => Ok(Severity::Moderate),
        "severe" => Ok(Severity::Severe),
        _ => Err("something adverse is `mild`, `moderate` or `severe`"),
    });
    let term = Term::new(term).map_err(|error| error.to_string())?;
    let severity = severity.transpose()?;
    Ok(Adverse { term, onset_at: None, duration_min: None, severity, action: None, resolved: None })
}

/// Reads words that were said aloud.
pub(super) fn spoken(text: &str) -> Result<SpokenLine, String> {
    Ok(SpokenLine { at: None, words: FewWords::new(text).map_err(|error| error.to_string())? })
}

fn time(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| format!("`{text}` is no time of day; write it like 14:05"))
}

/// Returns this time of day in a session that starts then.
fn after(start: Timestamp, at: NaiveTime) -> Result<Timestamp, String> {
    let seconds = at.signed_duration_since(start.time()).num_seconds();
    // Readings of an hour before belong to the session too.
    let seconds = if seconds < -6 * 3600 { seconds + 24 * 3600 } else { seconds };
    start.plus_seconds(seconds).map_err(|error| error.to_string())
}

impl TypedDose {
    pub(super) fn on(&self, start: Timestamp, kind: DoseKind) -> Result<Dose, String> {
        let kind = if self.minutes.is_some() && kind == DoseKind::Initial { DoseKind::Infusion } else { kind };
        Ok(Dose { at: after(start, self.at)?, mg: self.mg, kind, duration_min: self.minutes })
    }
}

impl TypedVitals {
    pub(super) fn on(&self, start: Timestamp) -> Result<Vitals, String> {
        let mut vitals = Vitals::new(after(start, self.at)?, self.phase);
        for (name, value) in &self.readings {
            let number = || value.parse::<u16>().map_err(|_| format!("`{value}` is no reading of {name}"));
            match name.as_str() {
                "hr" => vitals.hr = Some(number()?),
                "spo2" => vitals.spo2 = Some(u8::try_from(number()?).map_err(|_| "SpO2 is at most 100".to_owned())?),
                "rr" => vitals.rr = Some(number()?),
                "temp" => vitals.temp_c = Some(value.parse().map_err(|error| format!("{error}"))?),
                sbp => {
                    let sbp =
                        sbp.parse().map_err(|_| format!("`{sbp}` is no reading; there are hr, spo2, rr and temp"))?;
                    (vitals.sbp, vitals.dbp) = (Some(sbp), Some(number()?));
                }
            }
        }
        Ok(vitals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Timestamp {
        "2031-05-01T14:00:00-04:00".parse().unwrap()
    }

    #[test]
    fn a_dose_is_milligrams_and_a_time() {
        let first = dose("40@14:05").unwrap().on(start(), DoseKind::Initial).unwrap();
        assert_eq!((first.mg.to_string(), first.at.to_string()), ("40".into(), "2031-05-01T14:05:00-04:00".into()));
        assert_eq!(dose("0.5mg@14:05/40").unwrap().on(start(), DoseKind::Initial).unwrap().kind, DoseKind::Infusion);
        for wrong in ["40", "0@14:05", "40@25:00", "forty@14:05", "40@14:05/x"] {
            assert!(dose(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn readings_are_typed_as_they_are_spoken() {
        let read = vitals("pre@13:55,120/80,hr=72,spo2=98,temp=36.6").unwrap().on(start()).unwrap();
        assert_eq!((read.sbp, read.dbp, read.hr, read.spo2), (Some(120), Some(80), Some(72), Some(98)));
        assert_eq!(read.at.clock_text(), "13:55");
        for wrong in ["pre", "lunch@13:55,hr=1", "pre@13:55,hr", "pre@13:55,hr=fast", "pre@13:55,mood=3"] {
            assert!(vitals(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn after_midnight_is_the_day_after() {
        let late: Timestamp = "2031-05-01T22:30:00-04:00".parse().unwrap();
        assert_eq!(
            dose("15@00:10").unwrap().on(late, DoseKind::Booster).unwrap().at.to_string(),
            "2031-05-02T00:10:00-04:00"
        );
    }
}

//! Voice memos and drawings, generated: the same bytes every time, and nobody's voice.

use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::io::Cursor;

use reverie_client::NewFile;

/// Samples a second of a voice memo: telephone quality.
const RATE: u32 = 8_000;

/// Returns a voice memo (WAV, 8-bit PCM, mono): a hum that rises and falls like a sentence.
pub fn voice_memo(name: &str, seconds: u32) -> NewFile {
    let samples = RATE * seconds;
    let mut wav = Vec::with_capacity(44 + samples as usize);
    wav.extend(b"RIFF");
    wav.extend((36 + samples).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // PCM, one channel, one byte a sample.
    wav.extend([1, 0, 1, 0]);
    wav.extend(RATE.to_le_bytes());
    wav.extend(RATE.to_le_bytes());
    wav.extend([1, 0, 8, 0]);
    wav.extend(b"data");
    wav.extend(samples.to_le_bytes());
    let mut phase = 0.0;
    for sample in 0..samples {
        let second = f64::from(sample) / f64::from(RATE);
        phase += TAU * (180.0 + 40.0 * (second * 1.7).sin()) / f64::from(RATE);
        let loudness = 60.0 * (second * 5.0).sin().abs();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 68 and 188")]
        wav.push((128.0 + loudness * phase.sin()) as u8);
    }
    file(name, "audio/wav", wav, Some(seconds))
}

/// Returns a drawing (SVG): a pane of glass with vines over it, from one stroke after another.
pub fn drawing(name: &str) -> NewFile {
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 300\" fill=\"none\" stroke=\"#245\" stroke-width=\"3\">\n\
         <path d=\"M60 280V110L200 30l140 80v170zM200 30v250M60 195h280\"/>\n",
    );
    for vine in 0..7_i32 {
        let x = 75 + vine * 42;
        let lean = (vine * 37) % 60 - 30;
        let (x1, y1, x2, y2) = (x + lean, 240 - vine * 8, x - lean, 190 - vine * 11);
        // Writing to a string cannot fail.
        let _ = writeln!(svg, "<path d=\"M{x} 280C{x1} {y1} {x2} {y2} {} {}\"/>", x + lean / 2, 130 + vine * 6);
    }
    svg.push_str("</svg>\n");
    file(name, "image/svg+xml", svg.into_bytes(), None)
}

/// Returns a file of these bytes.
pub fn file(name: &str, media_type: &str, bytes: Vec<u8>, seconds: Option<u32>) -> NewFile {
    NewFile {
        name: name.into(),
        media_type: media_type.into(),
        size: bytes.len() as u64,
        seconds,
        reader: Box::new(Cursor::new(bytes)),
    }
}

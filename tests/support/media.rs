//! Voice memos, drawings and photos, generated: the same bytes every time, nobody's voice and nobody's face.

use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::io::Cursor;

use reverie_client::NewFile;

/// Samples a second of a voice memo: telephone quality.
const TELEPHONE: u32 = 8_000;
/// Samples a second of a long voice memo: as many bytes as speech takes that a codec has compressed.
const COMPRESSED: u32 = 3_000;

/// Returns a voice memo (WAV, 8-bit PCM, mono): a hum that rises and falls like a sentence.
pub fn voice_memo(name: &str, seconds: u32) -> NewFile {
    hum(name, seconds, TELEPHONE)
}

/// Returns a voice memo that is as big as a compressed one of that length.
pub fn long_voice_memo(name: &str, seconds: u32) -> NewFile {
    hum(name, seconds, COMPRESSED)
}

fn hum(name: &str, seconds: u32, rate: u32) -> NewFile {
    let samples = rate * seconds;
    let mut wav = Vec::with_capacity(44 + samples as usize);
    wav.extend(b"RIFF");
    wav.extend((36 + samples).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // PCM, one channel, one byte a sample.
    wav.extend([1, 0, 1, 0]);
    wav.extend(rate.to_le_bytes());
    wav.extend(rate.to_le_bytes());
    wav.extend([1, 0, 8, 0]);
    wav.extend(b"data");
    wav.extend(samples.to_le_bytes());
    let mut phase = 0.0;
    for sample in 0..samples {
        let second = f64::from(sample) / f64::from(rate);
        phase += TAU * (180.0 + 40.0 * (second * 1.7).sin()) / f64::from(rate);
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

/// Returns a drawing (SVG) of about so many kilobytes: one long stroke after another, as a finger leaves them. The name
/// decides where they go, so that each drawing is one of its own.
pub fn strokes(name: &str, kb: usize) -> NewFile {
    const END: &str = "</svg>\n";
    let seed: u32 = name.bytes().fold(7, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let turns = [1, 2, 3].map(|n| f64::from(seed >> (5 * n) & 31) / 9.0 + f64::from(n));
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 400 300\" fill=\"none\" stroke=\"#345\" stroke-width=\"1.5\" \
         stroke-linecap=\"round\">\n",
    );
    let mut stroke = 0_i32;
    while svg.len() + END.len() < kb * 1000 {
        stroke += 1;
        let (across, down) = (f64::from(stroke * 53 % 300) + 50.0, f64::from(stroke * 37 % 200) + 50.0);
        svg.push_str("<path d=\"M");
        for point in 0..60_i32 {
            let turn = TAU * f64::from(point) / 60.0;
            let reach = 20.0 + 25.0 * (turn * turns[0] + f64::from(stroke)).sin().abs();
            let (x, y) = (across + reach * (turn * turns[1]).cos(), down + reach * (turn * turns[2]).sin());
            // Writing to a string cannot fail.
            let _ = write!(svg, "{}{x:.1} {y:.1}", if point == 0 { "" } else { "L" });
        }
        svg.push_str("\"/>\n");
    }
    svg.push_str(END);
    file(name, "image/svg+xml", svg.into_bytes(), None)
}

/// Returns a photo (BMP) of about so many kilobytes: a gradient, and nobody in it.
pub fn photo(name: &str, kb: usize) -> NewFile {
    // Three bytes a pixel, and four wide by three high: four times the square of the height.
    let height = u32::try_from((kb * 1000 / 4).isqrt()).expect("a photo has less than four gigabytes");
    // A row of pixels takes a multiple of four bytes.
    let width = height * 4 / 3 / 4 * 4;
    let pixels = width * height * 3;
    let mut bmp = Vec::with_capacity(54 + pixels as usize);
    bmp.extend(b"BM");
    bmp.extend((54 + pixels).to_le_bytes());
    bmp.extend([0; 4]);
    bmp.extend(54_u32.to_le_bytes());
    bmp.extend(40_u32.to_le_bytes());
    bmp.extend(width.to_le_bytes());
    bmp.extend(height.to_le_bytes());
    // One plane, 24 bits a pixel, not compressed.
    bmp.extend([1, 0, 24, 0, 0, 0, 0, 0]);
    bmp.extend(pixels.to_le_bytes());
    bmp.extend([0; 16]);
    for row in 0..height {
        for column in 0..width {
            let shade = |part: u32, of: u32| u8::try_from(part * 255 / of).expect("a part of 255 is a byte");
            bmp.extend([shade(row, height), shade(column, width), shade(height - row - 1, height)]);
        }
    }
    file(name, "image/bmp", bmp, None)
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

//! What is measured, and how it is printed. Processor time and memory are Linux's own account, in `/proc`.

use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Ticks of a second in `/proc/PID/stat`: fixed by Linux for its programs.
const TICKS: u64 = 100;

/// Returns the processor time that this process has used on all cores; in steps of 10 ms.
pub fn processor_time() -> Duration {
    processor_time_of(std::process::id())
}

/// Returns the processor time that a process has used on all cores; in steps of 10 ms.
pub fn processor_time_of(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    // The program's name may hold spaces; what follows the parenthesis does not.
    let fields: Vec<_> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks: u64 = fields[11..13].iter().map(|ticks| ticks.parse::<u64>().expect("it is a number")).sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}

/// Returns how much memory of a process is resident, in bytes.
pub fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("Linux tells it");
    let kib: u64 = line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("it is a number");
    kib * 1024
}

/// One line of the table.
pub fn row(what: &str, figure: impl std::fmt::Display) {
    println!("  {what:<64} {figure:>12}");
}

/// A ratio or figure, beside what it should be.
pub fn against(what: &str, figure: f64, unit: &str, wanted: &str, reached: bool) {
    let verdict = if reached { "reached" } else { "NOT reached" };
    println!("  {what:<64} {:>12}   {wanted}: {verdict}", format!("{figure:.2}{unit}"));
}

/// Asks `/readyz` until it says yes.
pub async fn ready(addr: SocketAddr) {
    loop {
        let mut stream = TcpStream::connect(addr).await.expect("the server listens");
        let request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(request).await.expect("the server reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("the server answers");
        if answer.starts_with(b"HTTP/1.1 200") {
            return;
        }
    }
}

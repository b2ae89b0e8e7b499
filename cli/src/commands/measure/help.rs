//! The safety flow at a terminal: the screens of `reverie_journal::safety`, with their choices numbered.

use reverie_journal::measure::{Answered, Helping, Taking};
use reverie_journal::render::screen_text;
use reverie_journal::safety::{Help, SafetyEvent, SafetyFlow, SafetyStep, Screen};

use crate::error::CommandError;
use crate::ui::Ui;

/// Leads through the flow, and back to the measure.
pub(super) fn lead_through(ui: &Ui, mut helping: Helping, help: &Help<'_>) -> Result<Taking, CommandError> {
    loop {
        let screen = helping.flow().screen(help);
        show(ui, &screen);
        let event = choose(ui, &screen)?;
        match helping.step(event) {
            Ok(Answered::Next(taking)) => return Ok(taking),
            Ok(Answered::Help(next)) | Err((next, _)) => helping = next,
        }
    }
}

/// Prints what the flow shows where nobody can answer: thanks, whom to call, who will read it. Returns the screens.
pub(super) fn printed(ui: &Ui, help: &Help<'_>) -> Vec<Screen> {
    let mut flow = SafetyFlow::new();
    let mut screens = Vec::new();
    while flow.at() != SafetyStep::Done {
        let screen = flow.screen(help);
        // A question that nobody can answer is not asked; whom to call in danger is shown with everybody else.
        if !flow.choices().contains(&SafetyEvent::Skip) {
            show(ui, &screen);
            screens.push(screen);
        }
        let event = if flow.choices().contains(&SafetyEvent::Skip) { SafetyEvent::Skip } else { SafetyEvent::Continue };
        if flow.step(event).is_err() {
            break;
        }
    }
    screens
}

fn show(ui: &Ui, screen: &Screen) {
    ui.say_as_is("");
    ui.say_as_is(screen_text(screen, ui.said_page()).trim_end());
}

/// Asks what to do. Enter goes on, or leaves a question unanswered; nobody has to answer.
fn choose(ui: &Ui, screen: &Screen) -> Result<SafetyEvent, CommandError> {
    let labels = screen.choices.iter().enumerate().map(|(n, (_, label))| format!("{} {label}", n + 1));
    let line = ui.ask_line(&format!("  [{}]", labels.collect::<Vec<_>>().join(" · ")))?;
    let chosen = line.trim().parse::<usize>().ok().and_then(|n| screen.choices.get(n.checked_sub(1)?));
    let fallback = [SafetyEvent::Skip, SafetyEvent::Continue];
    let fallback = fallback.into_iter().find(|event| screen.choices.iter().any(|(choice, _)| choice == event));
    Ok(chosen.map(|(event, _)| *event).or(fallback).unwrap_or(SafetyEvent::Leave))
}

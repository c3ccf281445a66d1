//! Progress bars on a terminal.

use std::{collections::BTreeMap, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::progress::{Board, Phase, Progress};

/// How often bars are drawn.
const PERIOD: Duration = Duration::from_millis(250);

const TEMPLATE: &str = "{prefix} {wide_bar} {pos}/{len} steps  {msg}";

/// Draws a bar for each job until it is dropped by its task's end.
pub async fn draw(bars: MultiProgress, board: Board) {
    let mut drawn: BTreeMap<u64, ProgressBar> = BTreeMap::new();
    loop {
        for progress in board.all() {
            let bar = drawn
                .entry(progress.job)
                .or_insert_with(|| bars.add(bar(&progress)));
            show(bar, &progress);
        }
        tokio::time::sleep(PERIOD).await;
    }
}

fn bar(progress: &Progress) -> ProgressBar {
    let bar = ProgressBar::new(progress.total_steps).with_prefix(format!("job {}", progress.job));
    match ProgressStyle::with_template(TEMPLATE) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn show(bar: &ProgressBar, progress: &Progress) {
    if bar.is_finished() {
        return;
    }
    bar.set_position(progress.step);
    bar.set_message(message(progress));
    if progress.phase == Phase::Done {
        bar.finish();
    }
}

fn message(progress: &Progress) -> String {
    let loss = match progress.loss {
        Some(loss) => format!("loss {loss:.4}"),
        None if progress.diverged => "diverged".to_owned(),
        None => String::new(),
    };
    let phase = match progress.phase {
        Phase::Training => format!("{:.0} steps/s", progress.steps_per_second),
        Phase::Preparing => "preparing".to_owned(),
        Phase::Waiting => "waiting for the chain".to_owned(),
        Phase::DiskFull => "waiting for room on the disk".to_owned(),
        Phase::Done => "done".to_owned(),
    };
    format!(
        "{loss}  segment {}/{}  {phase}",
        progress.segment + 1,
        progress.segments
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use assay_protocol::JobId;

    #[test]
    fn a_message_tells_loss_segment_and_phase() {
        let mut progress = Progress::new(JobId(1), 100, 10);
        progress.see([0.5].into_iter());
        (progress.phase, progress.steps_per_second) = (Phase::Training, 12.4);
        assert_eq!(message(&progress), "loss 0.5000  segment 1/10  12 steps/s");
        progress.see([f32::NAN].into_iter());
        assert!(message(&progress).starts_with("diverged"));
    }

    #[test]
    fn the_template_is_valid() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}

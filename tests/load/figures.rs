//! Medians and percentiles.

/// The value below which `percent` of 100 lie; nothing of nothing.
#[must_use]
pub(crate) fn percentile(values: &[u64], percent: f64) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted.get(place.clamp(1, sorted.len().max(1)) - 1).copied()
}

/// The middle of several figures; of an even number the mean of the two in the middle.
#[must_use]
pub(crate) fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = figures.into_iter().filter(|figure| figure.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[odd / 2],
        even => f64::midpoint(sorted[even / 2 - 1], sorted[even / 2]),
    }
}

/// Microseconds as milliseconds, with as many digits as mean something.
#[must_use]
pub(crate) fn milliseconds(microseconds: f64) -> String {
    let milliseconds = microseconds / 1000.0;
    if !milliseconds.is_finite() {
        "-".to_owned()
    } else if milliseconds < 10.0 {
        format!("{milliseconds:.2}")
    } else if milliseconds < 100.0 {
        format!("{milliseconds:.1}")
    } else {
        format!("{milliseconds:.0}")
    }
}

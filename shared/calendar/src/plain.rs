//! What counts until an organisation publishes a calendar of its own.

use std::sync::{Arc, LazyLock};

use crate::calendar::Calendar;
use crate::spec::{CalendarSpec, Day, Hours};

static PLAIN: LazyLock<Arc<Calendar>> = LazyLock::new(|| {
    let days = [Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday];
    let spec = CalendarSpec {
        id: "plain-weekdays".to_owned(),
        version: 1,
        zone: "Asia/Shanghai".to_owned(),
        weekly: days.into_iter().map(|day| (day, Hours::Word("all day".to_owned()))).collect(),
        holidays: Vec::new(),
        make_up_days: Vec::new(),
        known_through: None,
    };
    Arc::new(Calendar::try_from(spec).expect("the built-in calendar is a calendar"))
});

impl Calendar {
    /// Monday to Friday without hours or holidays in Asia/Shanghai: what counts, for every service alike, until an
    /// organisation publishes a calendar.
    #[must_use]
    pub fn plain_weekdays() -> Arc<Self> {
        Arc::clone(&PLAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_works_on_weekdays_and_ends_its_days_in_china() {
        let plain = Calendar::plain_weekdays();
        let [friday, saturday] = ["2025-03-07", "2025-03-08"].map(|day| day.parse().unwrap());
        assert!(plain.is_working_day(friday) && !plain.is_working_day(saturday));
        assert_eq!(plain.closing_of(friday), Some("2025-03-08T00:00+08".parse().unwrap()));
    }
}

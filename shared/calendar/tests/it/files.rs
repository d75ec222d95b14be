//! The calendar files that are shipped with the product.

use std::path::Path;

use calendar::{Calendar, DayKind, Limit};
use jiff::civil::{Weekday, date};

fn shipped(name: &str) -> Calendar {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/playbooks/calendars");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

#[test]
fn the_chinese_calendar_follows_the_notices_for_2025_and_2026() {
    let cal = shipped("cn-retail.yaml");
    for worked in cal.spec().make_up_days.iter().map(|day| day.date) {
        assert!(cal.is_working_day(worked), "{worked}");
        assert!(matches!(worked.weekday(), Weekday::Saturday | Weekday::Sunday), "{worked}");
        assert_eq!(cal.open_intervals(worked).len(), 2, "{worked}");
    }
    let closed = |year| {
        let days = date(year, 1, 1).series(jiff::Span::new().days(1));
        days.take_while(|day| day.year() == year)
            .filter(|day| matches!(cal.day_kind(*day), DayKind::Holiday { .. }))
            .count()
    };
    assert_eq!((closed(2025), closed(2026)), (28, 33));
    assert_eq!(cal.next_working_day(date(2025, 9, 30)), date(2025, 10, 9));
    assert_eq!(cal.next_working_day(date(2026, 2, 14)), date(2026, 2, 24));
    assert!(!cal.is_known(date(2027, 1, 1)));

    // Received on the eve of the Spring Festival of 2025; work begins again on 5 February.
    let due =
        "3 working days".parse::<Limit>().unwrap().due("2025-01-27T15:00+08".parse().unwrap(), &cal, None);
    assert_eq!(due.at(), Some("2025-02-07T18:00+08".parse().unwrap()));
}

#[test]
fn the_calendar_of_the_scenarios_has_no_hours() {
    let cal = shipped("plain-weekdays.yaml");
    assert_eq!(cal.closing_of(date(2025, 3, 10)), Some("2025-03-11T00:00+08".parse().unwrap()));
    assert!(!cal.is_working_day(date(2025, 3, 8)));
}

#[test]
fn a_calendar_has_a_schema_for_editors() {
    let schema = serde_json::to_value(schema_of_calendar()).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    assert!(schema["properties"]["make_up_days"].is_object(), "{schema}");
}

fn schema_of_calendar() -> schemars::Schema {
    schemars::schema_for!(Calendar)
}

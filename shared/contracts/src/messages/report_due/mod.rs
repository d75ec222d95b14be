//! `report.due`: A report of a playbook is to be made, for a period or about one case. Said by routing.

mod v1;

pub use v1::ReportDue;

crate::messages::versions!(ReportDue = "report.due", current 1);

//! What analytics is asked, by staff: the ledger and its figures, each with its "as of".

/// The ledger, page by page.
pub const LEDGER: &str = "ledger";
/// How many cases are where.
pub const COUNTS: &str = "counts";
/// How long stages took.
pub const STAGE_TIMES: &str = "stage_times";
/// The clocks that ran out.
pub const BREACHES: &str = "breaches";
/// What a manager sees of a period: volume, what is open, breaches, satisfaction, ownership.
pub const OVERVIEW: &str = "overview";
/// Earlier cases of the same matter in which something was decided, page by page.
pub const PRECEDENTS: &str = "precedents";
/// Reports that were made, page by page.
pub const REPORTS: &str = "reports";
/// One report with its figures and cases.
pub const REPORT: &str = "report";
/// The entries of the ledgers that playbooks declare, page by page.
pub const LEDGER_ENTRIES: &str = "ledger_entries";
/// Every query of analytics' own.
pub const NAMES: &[&str] =
    &[LEDGER, LEDGER_ENTRIES, COUNTS, OVERVIEW, PRECEDENTS, STAGE_TIMES, BREACHES, REPORTS, REPORT];

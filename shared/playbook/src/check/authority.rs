//! The authority matrix: for every party at fault, level and category, each amount has exactly one row.

use contracts::{CategoryKey, Fen, StageKind};

use crate::finding::{Code, Finding};
use crate::model::{AuthorityRow, Liable, Playbook};

pub(super) fn check(playbook: &Playbook) -> Vec<Finding> {
    let rows = &playbook.authority_matrix;
    let approves = playbook.stages.iter().any(|stage| stage.kind == StageKind::Approve);
    if rows.is_empty() {
        let en = "a stage of kind approve needs an authority_matrix: who decides?";
        let missing = Finding::new(
            "authority_matrix",
            Code::MatrixGap,
            en,
            "有 approve 环节就必须有 authority_matrix:由谁决定？",
        );
        return approves.then_some(missing).into_iter().collect();
    }
    let mut findings = bounds(rows);
    if findings.is_empty() {
        for cell in cells(playbook) {
            findings.extend(of_cell(rows, &cell));
        }
    }
    findings.dedup_by(|one, other| one.path == other.path && one.code == other.code);
    findings
}

fn bounds(rows: &[AuthorityRow]) -> Vec<Finding> {
    let turned = rows.iter().enumerate().filter(|(_, row)| over(row) >= up_to(row));
    turned
        .map(|(number, _)| {
            let en = "amount_up_to must be more than amount_over";
            Finding::new(
                format!("authority_matrix[{number}].amount_up_to"),
                Code::Value,
                en,
                "amount_up_to 必须大于 amount_over",
            )
        })
        .collect()
}

/// One combination that the matrix must decide for.
struct Cell {
    liable: Option<Liable>,
    level: u32,
    category: Option<CategoryKey>,
}

fn cells(playbook: &Playbook) -> Vec<Cell> {
    let liable: Vec<Option<Liable>> = match playbook.liability_kinds.as_slice() {
        [] => vec![None],
        kinds => kinds.iter().copied().map(Some).collect(),
    };
    let levels: Vec<u32> = match playbook.severity_levels.as_slice() {
        [] => vec![1],
        levels => levels.iter().map(|level| level.level).collect(),
    };
    let named = playbook.authority_matrix.iter().filter_map(|row| row.category.clone());
    let categories: Vec<Option<CategoryKey>> = std::iter::once(None).chain(named.map(Some)).collect();
    let mut cells = Vec::new();
    for party in &liable {
        for level in &levels {
            for category in &categories {
                cells.push(Cell { liable: *party, level: *level, category: category.clone() });
            }
        }
    }
    cells
}

fn of_cell(rows: &[AuthorityRow], cell: &Cell) -> Vec<Finding> {
    let fits = |row: &AuthorityRow| {
        row.liable.is_none_or(|party| Some(party) == cell.liable)
            && row.level.is_none_or(|level| level == cell.level)
    };
    // Rows of a category stand before the general ones, which then fill what they leave open.
    let rank = |row: &AuthorityRow| row.category == cell.category;
    let mut found: Vec<(usize, &AuthorityRow)> =
        rows.iter().enumerate().filter(|(_, row)| fits(row) && rank(row)).collect();
    found.sort_by_key(|(_, row)| over(row));
    let mut findings = overlaps(&found);
    if cell.category.is_none() {
        findings.extend(gaps(&found, cell));
    }
    findings
}

fn overlaps(found: &[(usize, &AuthorityRow)]) -> Vec<Finding> {
    let pairs = found.windows(2).filter_map(|pair| match pair {
        [(_, lower), (number, higher)] if over(higher) < up_to(lower) => Some((lower, number, higher)),
        _ => None,
    });
    pairs
        .map(|(lower, number, higher)| {
            let en = format!("rows “{}” and “{}” decide for the same amounts", lower.key, higher.key);
            let zh = format!("“{}”与“{}”两行的金额范围重叠", lower.key, higher.key);
            Finding::new(format!("authority_matrix[{number}]"), Code::MatrixOverlap, en, zh)
        })
        .collect()
}

fn gaps(found: &[(usize, &AuthorityRow)], cell: &Cell) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut decided = NOTHING;
    for (number, row) in found {
        if over(row) > decided {
            findings.push(gap(
                format!("authority_matrix[{number}].amount_over"),
                cell,
                decided,
                Some(over(row)),
            ));
        }
        decided = decided.max(up_to(row));
    }
    if decided < Fen(i64::MAX) {
        findings.push(gap("authority_matrix".to_owned(), cell, decided, None));
    }
    findings
}

fn gap(path: String, cell: &Cell, from: Fen, to: Option<Fen>) -> Finding {
    let party = cell.liable.map_or("any", Liable::as_str);
    let from = if from == NOTHING { "0.00".to_owned() } else { format!("over {from}") };
    let to = to.map_or_else(|| "any amount".to_owned(), |to| to.to_string());
    let level = cell.level;
    let en = format!("nobody decides from {from} to {to} yuan (liable: {party}, level {level})");
    let zh = format!("金额 {from} 至 {to} 元无人审批（责任方：{party}，级别 {level}）");
    Finding::new(path, Code::MatrixGap, en, zh)
}

/// Below the smallest amount: a remedy may cost nothing, and nothing must be decided too.
const NOTHING: Fen = Fen(-1);

fn over(row: &AuthorityRow) -> Fen {
    row.amount_over.map_or(NOTHING, crate::words::Yuan::fen)
}

fn up_to(row: &AuthorityRow) -> Fen {
    row.amount_up_to.map_or(Fen(i64::MAX), crate::words::Yuan::fen)
}

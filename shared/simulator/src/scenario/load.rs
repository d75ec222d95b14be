//! From scenario files to what can be played: finds the playbook, calendar and people they name, and tells every
//! mistake with file, line and column.
//!
//! A name is looked for in the folder of the scenario and in each folder above it: the playbook `p03` in `p03.yaml` or
//! `p03-….yaml`, the calendar `cn-retail` in `calendars/cn-retail.yaml`, the people `cast` in `people/cast.yaml`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use calendar::{Calendar, CalendarSpec};
use contracts::OrganisationId;
use contracts::commands::routing::PutDirectory;
use playbook::CompiledPlaybook;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_saphyr::Spanned;

use super::check;
use super::model::Scenario;
use super::play::Prepared;

/// Folders above a scenario that are looked into.
const HIGHEST: usize = 6;

/// A mistake in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1; 0 when the file as a whole is meant.
    pub line: u32,
    /// The column, from 1; 0 when the file as a whole is meant.
    pub column: u32,
    /// What to read in Chinese.
    pub zh: String,
    /// What to read in English.
    pub en: String,
    /// What kind of mistake it is; stable.
    pub code: String,
}

/// `file:line:column: Chinese / English [code]`
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, zh, en, code } = self;
        write!(f, "{}:{line}:{column}: {zh} / {en} [{code}]", file.display())
    }
}

impl Mistake {
    /// A mistake of a file as a whole.
    #[must_use]
    pub fn of_file(file: &Path, code: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: 0, column: 0, zh: zh.into(), en: en.into(), code: code.into() }
    }
    /// At a place.
    #[must_use]
    pub fn at(mut self, (line, column): (u32, u32)) -> Self {
        (self.line, self.column) = (line, column);
        self
    }
}

/// What a YAML file of ours is, by its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A playbook: it has `stages`.
    Playbook,
    /// A scenario: it has `steps`.
    Scenario,
    /// A calendar: it has `weekly`.
    Calendar,
    /// Departments and people, and nothing else.
    People,
    /// Rules to attach to a playbook.
    RulePack,
}

impl Kind {
    /// What a text is; none when it is nothing of ours.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        // The demo organisation has people too, but it is a file of its own kind.
        let is_organisation = text.lines().any(|line| line.starts_with("playbooks:"));
        let has = |key: &str| text.lines().any(|line| line.trim_start_matches('\u{feff}').starts_with(key));
        [
            ("rule_pack:", Self::RulePack),
            ("stages:", Self::Playbook),
            ("steps:", Self::Scenario),
            ("weekly:", Self::Calendar),
            ("people:", Self::People),
        ]
        .into_iter()
        .find(|(key, _)| has(key) && !is_organisation)
        .map(|(_, kind)| kind)
    }
}

/// The YAML files at `paths`: those named, and all below the folders named, in the order of their names.
///
/// # Errors
/// A mistake for each path that cannot be read.
pub fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Vec<Mistake>> {
    let (mut found, mut mistakes) = (Vec::new(), Vec::new());
    for path in paths {
        if let Err(error) = collect(path, &mut found) {
            mistakes.push(unreadable(path, &error));
        }
    }
    if mistakes.is_empty() { Ok(found) } else { Err(mistakes) }
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        fs::metadata(path)?;
        found.push(path.to_owned());
        return Ok(());
    }
    let mut inside: Vec<PathBuf> =
        fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    inside.sort();
    for path in inside {
        let is_yaml = path.extension().is_some_and(|kind| kind == "yaml" || kind == "yml");
        if path.is_dir() || is_yaml {
            collect(&path, found)?;
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Mistake {
    Mistake::of_file(path, "unreadable", format!("无法读取：{error}"), format!("cannot be read: {error}"))
}

/// What was read before: a playbook that forty scenarios name is compiled once.
#[derive(Default)]
pub struct Shelf {
    /// By its file and those of the packs behind it.
    playbooks: BTreeMap<Vec<PathBuf>, Result<Shelved, Vec<Mistake>>>,
    calendars: BTreeMap<PathBuf, Result<Calendar, Vec<Mistake>>>,
    people: BTreeMap<PathBuf, Result<PutDirectory, Vec<Mistake>>>,
}

/// A playbook that was read and found good.
#[derive(Debug, Clone)]
pub(super) struct Shelved {
    pub(super) text: String,
    pub(super) book: std::sync::Arc<CompiledPlaybook>,
}

/// Reads the scenarios at `paths`. In a folder, files that are no scenarios are passed over.
///
/// # Errors
/// All mistakes of all files, in order.
pub fn load(paths: &[PathBuf]) -> Result<Vec<Prepared>, Vec<Mistake>> {
    let (mut shelf, mut prepared, mut mistakes) = (Shelf::default(), Vec::new(), Vec::new());
    for file in files(paths)? {
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                mistakes.push(unreadable(&file, &error));
                continue;
            }
        };
        let is_named = paths.contains(&file);
        if !is_named && Kind::of(&text) != Some(Kind::Scenario) {
            continue;
        }
        match prepare(&mut shelf, &file, &text) {
            Ok(one) => prepared.push(one),
            Err(found) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() && prepared.is_empty() {
        let path = paths.first().cloned().unwrap_or_default();
        mistakes.push(Mistake::of_file(
            &path,
            "no_scenarios",
            "没有找到场景文件",
            "there are no scenarios here",
        ));
    }
    mistakes.sort();
    mistakes.dedup();
    if mistakes.is_empty() { Ok(prepared) } else { Err(mistakes) }
}

/// Reads one scenario without playing it, for `redress playbook check`.
///
/// # Errors
/// All its mistakes.
pub fn check_one(shelf: &mut Shelf, file: &Path, text: &str) -> Result<(), Vec<Mistake>> {
    prepare(shelf, file, text).map(drop)
}

/// Reads a document of `T`.
///
/// # Errors
/// The first mistake that serde finds, with its place.
pub fn read<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T, Vec<Mistake>> {
    serde_saphyr::from_str(text).map_err(|error| {
        let place = error.location();
        let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let place = place.map_or((0, 0), |place| (number(place.line()), number(place.column())));
        let what = error.without_snippet().to_string();
        vec![Mistake::of_file(file, "shape", format!("格式错误：{what}"), what).at(place)]
    })
}

/// A line and a column.
type Place = (u32, u32);

/// Where the steps stand in the file.
#[derive(Deserialize)]
struct Places {
    steps: Vec<Spanned<IgnoredAny>>,
}

fn places(text: &str) -> Vec<Place> {
    let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let places = serde_saphyr::from_str::<Places>(text).map(|places| places.steps).unwrap_or_default();
    places.iter().map(|step| (number(step.referenced.line()), number(step.referenced.column()))).collect()
}

fn prepare(shelf: &mut Shelf, file: &Path, text: &str) -> Result<Prepared, Vec<Mistake>> {
    let scenario: Scenario = read(file, text)?;
    let mut mistakes = Vec::new();
    let book = shelf.playbook(file, &scenario).map_err(|found| mistakes.extend(found)).ok();
    let calendar = shelf.calendar(file, &scenario.calendar).map_err(|found| mistakes.extend(found)).ok();
    let people = shelf.people(file, &scenario.people).map_err(|found| mistakes.extend(found)).ok();
    let (Some(book), Some(calendar), Some(directory)) = (book, calendar, people) else {
        return Err(mistakes);
    };
    let named = named(file).map_err(|mistake| vec![mistake])?;
    with(file, text, named, (&book, &calendar, &directory)).map(|(prepared, _)| prepared)
}

/// A scenario with what it needs, and where its steps stand.
pub(super) fn with(
    file: &Path,
    text: &str,
    (name, organisation): (String, OrganisationId),
    (book, calendar, directory): (&Shelved, &Calendar, &PutDirectory),
) -> Result<(Prepared, Vec<Place>), Vec<Mistake>> {
    let scenario: Scenario = read(file, text)?;
    let places = places(text);
    let place = |step: usize| places.get(step).copied().unwrap_or_default();
    let model = book.book.playbook();
    let found = check::check(&scenario, model, directory);
    let said = |(step, zh, en)| Mistake::of_file(file, "scenario", zh, en).at(place(step));
    let mut mistakes: Vec<_> = found.into_iter().map(said).collect();
    let playbook = (book.text.clone(), model.id.clone(), model.version);
    let from = (name, file.to_owned());
    match Prepared::new(from, organisation, scenario, playbook, calendar.clone(), directory.clone()) {
        Ok(prepared) if mistakes.is_empty() => return Ok((prepared, places)),
        Ok(_) => {}
        Err(bad) => {
            let zh = format!("时间有误：{}", bad.why);
            mistakes.push(Mistake::of_file(file, "time", zh, bad.why.to_string()).at(place(bad.step)));
        }
    }
    Err(mistakes)
}

/// The name of a scenario, `p03/01-straight-through`, and its own organisation, `p03-01-straight-through`.
fn named(file: &Path) -> Result<(String, OrganisationId), Mistake> {
    let own = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = file.canonicalize().ok();
    let folder = folder.as_deref().and_then(Path::parent).and_then(Path::file_name);
    let name = folder.map_or_else(|| own.clone(), |folder| format!("{}/{own}", folder.to_string_lossy()));
    let organisation = OrganisationId::new(name.to_lowercase().replace('/', "-")).map_err(|error| {
        Mistake::of_file(
            file,
            "file_name",
            format!("文件名不可用：{error}"),
            format!("the name of the file: {error}"),
        )
    })?;
    Ok((name, organisation))
}

impl Shelf {
    fn playbook(&mut self, file: &Path, scenario: &Scenario) -> Result<Shelved, Vec<Mistake>> {
        let key = &scenario.playbook;
        let keys = std::iter::once(key).chain(&scenario.rule_packs);
        let files = keys
            .map(|key| find(file, key, |folder| playbook_in(folder, key)))
            .collect::<Result<Vec<_>, _>>()?;
        let file = files[0].clone();
        let entry = self.playbooks.entry(files).or_insert_with_key(|files| read_playbook(files));
        let shelved = entry.clone()?;
        if shelved.book.playbook().id.as_str() != key.as_str() {
            let id = &shelved.book.playbook().id;
            let mistake = Mistake::of_file(
                &file,
                "id",
                format!("编号是 {id}，不是 {key}"),
                format!("its id is {id}, not {key}"),
            );
            return Err(vec![mistake]);
        }
        Ok(shelved)
    }

    fn calendar(&mut self, scenario: &Path, key: &str) -> Result<Calendar, Vec<Mistake>> {
        let file = find(scenario, key, |folder| plain(folder, "calendars", key))?;
        self.calendars.entry(file.clone()).or_insert_with(|| read_calendar(&file)).clone()
    }

    fn people(&mut self, scenario: &Path, key: &str) -> Result<PutDirectory, Vec<Mistake>> {
        let file = find(scenario, key, |folder| plain(folder, "people", key))?;
        let entry = self.people.entry(file.clone()).or_insert_with(|| {
            let text = fs::read_to_string(&file).map_err(|error| vec![unreadable(&file, &error)])?;
            read(&file, &text)
        });
        entry.clone()
    }
}

fn find(
    scenario: &Path,
    key: &str,
    in_folder: impl Fn(&Path) -> Option<PathBuf>,
) -> Result<PathBuf, Vec<Mistake>> {
    let whole = scenario.canonicalize().unwrap_or_else(|_| scenario.to_owned());
    whole.ancestors().skip(1).take(HIGHEST).find_map(in_folder).ok_or_else(|| {
        let zh = format!("找不到“{key}”：应在场景文件所在的文件夹或其上级文件夹中");
        let en = format!("“{key}” is not found in the folder of the scenario or those above it");
        vec![Mistake::of_file(scenario, "not_found", zh, en).at((1, 1))]
    })
}

fn playbook_in(folder: &Path, key: &str) -> Option<PathBuf> {
    let exact = folder.join(format!("{key}.yaml"));
    if exact.is_file() {
        return Some(exact);
    }
    let start = format!("{key}-");
    let fits = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.starts_with(&start) && name.ends_with(".yaml") && path.is_file()
    };
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).filter(fits).collect();
    found.sort();
    found.into_iter().next()
}

fn plain(folder: &Path, kind: &str, key: &str) -> Option<PathBuf> {
    let name = format!("{key}.yaml");
    [folder.join(kind).join(&name), folder.join(&name)].into_iter().find(|path| path.is_file())
}

/// A playbook with its packs behind it, as one text.
fn read_playbook(files: &[PathBuf]) -> Result<Shelved, Vec<Mistake>> {
    let (mut text, mut begins) = (String::new(), Vec::new());
    for file in files {
        if !text.is_empty() {
            text.push_str("\n---\n");
        }
        begins.push((file, u32::try_from(text.lines().count()).unwrap_or(u32::MAX)));
        text += &fs::read_to_string(file).map_err(|error| vec![unreadable(file, &error)])?;
    }
    let book = playbook::load(&text).map_err(|findings| {
        let mistake = |finding: &playbook::Finding| {
            let (file, above) = begins.iter().rfind(|(_, above)| *above < finding.line).unwrap_or(&begins[0]);
            of_findings(
                file,
                &[playbook::Finding { line: finding.line.saturating_sub(*above), ..finding.clone() }],
            )
        };
        findings.iter().flat_map(mistake).collect::<Vec<_>>()
    })?;
    Ok(Shelved { text, book: std::sync::Arc::new(book) })
}

/// The findings of a playbook as mistakes of its file.
#[must_use]
pub fn of_findings(file: &Path, findings: &[playbook::Finding]) -> Vec<Mistake> {
    let each = |finding: &playbook::Finding| {
        let (zh, en) = (&finding.message_zh, &finding.message_en);
        let place = if finding.path.is_empty() { String::new() } else { format!("{}: ", finding.path) };
        Mistake::of_file(file, finding.code.as_str(), format!("{place}{zh}"), en.clone())
            .at((finding.line, finding.column))
    };
    findings.iter().map(each).collect()
}

fn read_calendar(file: &Path) -> Result<Calendar, Vec<Mistake>> {
    let text = fs::read_to_string(file).map_err(|error| vec![unreadable(file, &error)])?;
    calendar_of(file, &text)
}

/// Reads a calendar.
///
/// # Errors
/// All its mistakes.
pub fn calendar_of(file: &Path, text: &str) -> Result<Calendar, Vec<Mistake>> {
    let spec: CalendarSpec = read(file, text)?;
    Calendar::try_from(spec).map_err(|errors| {
        let each = |problem: &calendar::CalendarProblem| {
            Mistake::of_file(file, "calendar", format!("日历有误：{problem}"), problem.to_string()).at((1, 1))
        };
        errors.problems.iter().map(each).collect()
    })
}

//! Versions that were applied and that not every open case was moved to yet.

use contracts::messages::clock_started::CalendarRef;
use contracts::messages::complaint_registered::PlaybookRef;
use contracts::{ComplaintId, NotASlug, OrganisationId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::integer;
use crate::applying::{OpenCase, Version};

/// A version that is being applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Whose.
    pub organisation: OrganisationId,
    /// Which; ids of the commands derive from it.
    pub cause: Uuid,
    /// The version.
    pub version: Version,
    /// The last case that was moved.
    pub after: Option<ComplaintId>,
}

fn broken(error: NotASlug) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}

fn number(from: i32) -> u32 {
    u32::try_from(from).unwrap_or(0)
}

/// Writes down what was applied.
pub(super) async fn note(
    connection: &mut PgConnection,
    applied: &[(OrganisationId, Uuid, Version)],
) -> Result<(), sqlx::Error> {
    // Few and far between.
    for (organisation, cause, version) in applied {
        let (kind, id, number) = match version {
            Version::Calendar(calendar) => ("calendar", calendar.id.as_str(), calendar.version),
            Version::Playbook(playbook) => ("playbook", playbook.id.as_str(), playbook.version),
        };
        sqlx::query(
            "insert into applying (organisation, cause, kind, id, version) values ($1, $2, $3, $4, $5)
             on conflict do nothing",
        )
        .bind(organisation.as_str())
        .bind(cause)
        .bind(kind)
        .bind(id)
        .bind(integer(number))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// What is being applied, oldest first.
///
/// # Errors
/// What PostgreSQL says, or a key in the table that is none.
pub async fn waiting(pool: &PgPool) -> Result<Vec<Application>, sqlx::Error> {
    let rows: Vec<(String, Uuid, String, String, i32, Option<Uuid>)> = sqlx::query_as(
        "select organisation, cause, kind, id, version, after from applying order by since, cause limit 100",
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|(organisation, cause, kind, id, version, after)| {
            let version = number(version);
            let version = if kind == "calendar" {
                Version::Calendar(CalendarRef { id: id.parse().map_err(broken)?, version })
            } else {
                Version::Playbook(PlaybookRef { id: id.parse().map_err(broken)?, version })
            };
            let organisation = OrganisationId::new(organisation).map_err(broken)?;
            Ok(Application { organisation, cause, version, after: after.map(ComplaintId) })
        })
        .collect()
}

/// How many versions are being applied.
///
/// # Errors
/// What PostgreSQL says.
pub async fn count(pool: &PgPool) -> Result<u64, sqlx::Error> {
    let waiting: i64 = sqlx::query_scalar("select count(*) from applying").fetch_one(pool).await?;
    Ok(waiting.unsigned_abs())
}

/// The open cases that a version may concern, after a complaint, page by page: for a playbook those that follow an
/// earlier version of it, for a calendar all, because which clocks run on it only their states tell.
///
/// # Errors
/// What PostgreSQL says, or a key in the table that is none.
pub async fn open_cases(
    pool: &PgPool,
    organisation: &OrganisationId,
    version: &Version,
    after: Option<ComplaintId>,
    most: i64,
) -> Result<Vec<OpenCase>, sqlx::Error> {
    let playbook = match version {
        Version::Calendar(_) => None,
        Version::Playbook(playbook) => Some(playbook),
    };
    let rows: Vec<(Uuid, String, i32)> = sqlx::query_as(
        "select complaint, playbook, playbook_version from case_line
         where organisation = $1 and closed_at is null and ($2::uuid is null or complaint > $2)
             and ($3::text is null or playbook = $3 and playbook_version < $4)
         order by complaint limit $5",
    )
    .bind(organisation.as_str())
    .bind(after.map(|complaint| complaint.0))
    .bind(playbook.map(|playbook| playbook.id.as_str()))
    .bind(playbook.map(|playbook| integer(playbook.version)))
    .bind(most)
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|(complaint, playbook, version)| {
            let playbook = PlaybookRef { id: playbook.parse().map_err(broken)?, version: number(version) };
            Ok(OpenCase { organisation: organisation.clone(), complaint: ComplaintId(complaint), playbook })
        })
        .collect()
}

/// The cases up to `after` were moved: another replica, or the next start, goes on from there.
///
/// # Errors
/// What PostgreSQL says.
pub async fn applied_up_to(
    pool: &PgPool,
    application: &Application,
    after: ComplaintId,
) -> Result<(), sqlx::Error> {
    sqlx::query("update applying set after = greatest(after, $3) where organisation = $1 and cause = $2")
        .bind(application.organisation.as_str())
        .bind(application.cause)
        .bind(after.0)
        .execute(pool)
        .await?;
    Ok(())
}

/// Every open case was moved.
///
/// # Errors
/// What PostgreSQL says.
pub async fn applied(pool: &PgPool, application: &Application) -> Result<(), sqlx::Error> {
    sqlx::query("delete from applying where organisation = $1 and cause = $2")
        .bind(application.organisation.as_str())
        .bind(application.cause)
        .execute(pool)
        .await?;
    Ok(())
}

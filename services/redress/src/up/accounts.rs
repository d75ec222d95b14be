//! The demo organisation's accounts: everybody signs in by their key with one password; one API key feeds complaints.

use std::path::Path;

use anyhow::Context as _;
use contracts::OrganisationId;
use contracts::messages::directory_changed::Person;
use gateway::auth::api_keys::{ApiKeys, NewApiKey};
use gateway::auth::passwords::Passwords;
use gateway::auth::users::{self, PutAccount};
use gateway::config::GatewayConfig;
use runtime::config::load;
use secrecy::SecretString;

use super::secrets::write_private;

/// The name of the demo's feeder.
const FEEDER: &str = "demo";

/// Makes the accounts that are not there yet, and the feeder's key; gives the key.
///
/// # Errors
/// When the sign-in store cannot be written.
pub async fn provide(
    folder: &Path,
    config: &Path,
    organisation: &OrganisationId,
    people: &[Person],
    password: &str,
) -> anyhow::Result<String> {
    // A key is shown once, so it is noted; where it is noted, the accounts are there too.
    let note = folder.join("feeder-key");
    if let Ok(key) = std::fs::read_to_string(&note) {
        return Ok(key.trim().to_owned());
    }
    let config = load::<GatewayConfig>(gateway::PART, Some(config))?;
    let pool = gateway::accounts(&config).await?;
    let passwords = Passwords::new(config.service.passwords_at_once).await?;
    let now = calendar::Clock::now(&calendar::SystemClock);
    for person in people {
        let account = PutAccount {
            name: person.id.to_string(),
            password: Some(SecretString::from(password.to_owned())),
            person: person.id.clone(),
            roles: person.roles.clone(),
            department: Some(person.department.clone()),
            active: person.active,
        };
        users::put(&pool, &passwords, organisation, &account, now)
            .await
            .with_context(|| format!("the account of {}", person.id))?;
    }
    let asked = NewApiKey { name: FEEDER.to_owned(), channels: Default::default() };
    let issued = ApiKeys::new(pool.clone()).issue(organisation, &asked, now).await?;
    pool.close().await;
    write_private(&note, &issued.key)?;
    Ok(issued.key)
}

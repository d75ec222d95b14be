//! What every request may use.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use bus::Bus;
use calendar::Clock;
use contracts::OrganisationId;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::auth::api_keys::ApiKeys;
use crate::auth::passwords::{PasswordError, Passwords};
use crate::auth::signed_in::SignedIn;
use crate::auth::tokens::{TokenError, Tokens};
use crate::config::GatewayConfig;
use crate::console::known::Known;
use crate::limits::Limits;
use crate::problem::Refusal;
use crate::scenarios::Player;
use crate::upstream::Upstream;
use crate::watch::Hub;

/// The parts of the gateway.
#[derive(Debug)]
pub struct Parts {
    /// The settings.
    pub config: GatewayConfig,
    /// The sign-in store.
    pub pool: PgPool,
    /// The way to the services.
    pub upstream: Upstream,
    /// Tokens of people.
    pub tokens: Tokens,
    /// Keys of feeders.
    pub api_keys: ApiKeys,
    /// Passwords.
    pub passwords: Passwords,
    /// Who has a page open.
    pub signed_in: SignedIn,
    /// How much is let in.
    pub limits: Limits,
    /// Events as they are published.
    pub hub: Hub,
    /// What the pages know of organisations and playbooks.
    pub known: Known,
    /// Plays scenarios.
    pub player: Arc<dyn Player>,
    /// The proxies that are believed.
    pub proxies: Vec<IpAddr>,
    /// Cancelled when event streams must end.
    pub until: CancellationToken,
}

/// What every request may use. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App(Arc<Parts>);

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Why the gateway cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Tokens.
    #[error("tokens cannot be signed")]
    Tokens(#[from] TokenError),
    /// Passwords.
    #[error("passwords cannot be checked")]
    Passwords(#[from] PasswordError),
}

impl App {
    /// Puts the parts together; `pool` is migrated.
    ///
    /// # Errors
    /// [`AppError`].
    pub async fn new(
        config: GatewayConfig,
        pool: PgPool,
        bus: Bus,
        player: Arc<dyn Player>,
        until: CancellationToken,
    ) -> Result<Self, AppError> {
        let tokens = Tokens::open(pool.clone(), config.token_life, config.signing_key_life).await?;
        Ok(Self(Arc::new(Parts {
            upstream: Upstream::new(bus.clone(), &config),
            api_keys: ApiKeys::new(pool.clone()),
            passwords: Passwords::new(config.passwords_at_once).await?,
            signed_in: SignedIn::default(),
            limits: Limits::new(&config),
            hub: Hub::new(bus, config.watcher_buffer),
            known: Known::default(),
            proxies: config.proxies(),
            player,
            tokens,
            pool,
            config,
            until,
        })))
    }

    /// The organisation that a request without sign-in is about.
    ///
    /// # Errors
    /// `missing-field` where none was named and there is no default.
    pub fn organisation(&self, named: Option<&str>) -> Result<OrganisationId, Refusal> {
        use contracts::{Problem, ProblemCode};
        match named {
            Some(name) => OrganisationId::new(name).map_err(|_| {
                Problem::new(ProblemCode::InvalidField, "that is no organisation")
                    .at("/organisation")
                    .expected("the key of an organisation")
                    .into()
            }),
            None => self.config.default_organisation().ok_or_else(|| {
                let problem = Problem::new(ProblemCode::MissingField, "the organisation is missing");
                problem.at("/organisation").expected("the key of an organisation").into()
            }),
        }
    }

    /// The time that sign-in counts by: the machine's, also in a rehearsal.
    #[must_use]
    pub fn now(&self) -> jiff::Timestamp {
        calendar::SystemClock.now()
    }
}

//! A database with shells on it, and what is found there afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use calendar::VirtualClock;
use contracts::SubjectRef;
use contracts::commands::{Answer, Command};
use jiff::Timestamp;
use journal::parked::Parked;
use journal::{Migrator, migrate};
use runtime::shell::{
    Acknowledge, Delivered, Inlet, SeededRandomness, Shell, ShellHandle, ShellOptions, ShellParts,
};
use secrecy::SecretString;
use sqlx::PgPool;
use testkit::TestDatabase;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vault::{KeyId, KeyRing, VaultConfig};

use super::toy::{Log, Message, Notes, Toy, organisation};

/// A database, migrated, and a clock that stands still.
pub(crate) struct Bench {
    pub(crate) database: TestDatabase,
    pub(crate) pool: PgPool,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) acknowledged: Arc<AtomicU64>,
}

/// A running replica.
pub(crate) struct Replica {
    pub(crate) inlet: Inlet,
    pub(crate) handle: ShellHandle,
    pub(crate) stop: CancellationToken,
    pub(crate) task: JoinHandle<()>,
}

pub(crate) fn ring() -> Arc<KeyRing> {
    let secret = |from: u8| {
        SecretString::from((from..from + 32).map(|byte| format!("{byte:02x}")).collect::<String>())
    };
    let config = VaultConfig { keys: [(KeyId(1), secret(1))].into(), active: KeyId(1), index: secret(100) };
    Arc::new(KeyRing::from_config(&config).unwrap())
}

pub(crate) fn options() -> ShellOptions {
    ShellOptions {
        randomness: Arc::new(SeededRandomness(1)),
        pause_first: Duration::from_millis(5),
        sweep_every: Duration::from_millis(200),
        timers_every: Duration::from_millis(50),
        ..ShellOptions::default()
    }
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let database =
            testkit::postgres().await.expect("PostgreSQL starts; if it is missing, run deploy/install");
        let pool = database.pool(4).await.unwrap();
        migrate(&pool, &Migrator::DEFAULT).await.unwrap();
        sqlx::query("create table note (nth bigint generated always as identity, id text, text text)")
            .execute(&pool)
            .await
            .unwrap();
        let clock = Arc::new(VirtualClock::starting_at(Timestamp::from_second(1_741_312_800).unwrap()));
        Self { database, pool, clock, acknowledged: Arc::default() }
    }

    pub(crate) fn shell(&self, options: ShellOptions) -> Shell<Toy, Notes> {
        Shell::new(ShellParts {
            service: Arc::new(Toy),
            store: Notes,
            pool: self.pool.clone(),
            clock: Arc::clone(&self.clock) as Arc<dyn calendar::Clock>,
            ring: ring(),
            options,
        })
    }

    pub(crate) fn start(&self) -> Replica {
        self.start_with(options())
    }

    pub(crate) fn start_with(&self, options: ShellOptions) -> Replica {
        run(self.shell(options))
    }

    pub(crate) fn delivered(&self, message: Message) -> Delivered {
        let counter = Arc::clone(&self.acknowledged);
        let acknowledge = Acknowledge::by(move || {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        Delivered { headers: message.headers, body: message.body, acknowledge }
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    pub(crate) async fn head(&self, subject: &SubjectRef) -> Option<journal::Head> {
        journal::head::peek(&self.pool, std::slice::from_ref(subject)).await.unwrap().pop()
    }

    /// What happened to a subject, as its state has it.
    pub(crate) async fn lines(&self, subject: &SubjectRef) -> Vec<String> {
        let state = self.head(subject).await.and_then(|head| head.state);
        state.map(|text| serde_json::from_str::<Log>(&text).unwrap().lines).unwrap_or_default()
    }

    pub(crate) async fn parked(&self) -> Vec<Parked> {
        journal::parked::list(&self.pool, &organisation(), None, 100).await.unwrap()
    }

    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        let counted = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        sqlx::query_scalar(counted).fetch_one(&self.pool).await.unwrap()
    }

    /// Everything that was written, but for machine times and journal positions.
    pub(crate) async fn everything(&self) -> Vec<String> {
        let asked = [
            "select concat_ws(' ', 'journal', kind, id, sequence, event_id, headers, encode(hash, 'hex'),
                              convert_from(body, 'utf8')) from journal order by kind, id, sequence",
            "select concat_ws(' ', 'order', kind, id, sequence) from journal order by position",
            "select concat_ws(' ', 'head', kind, id, version, sequence, encode(hash, 'hex'), state, cursors)
             from head order by kind, id",
            "select concat_ws(' ', 'entry', space, key, value) from entry order by space, key",
            "select concat_ws(' ', 'timer', id, key, due, payload) from timer order by id, key",
            "select concat_ws(' ', 'command', command_id, answer, version) from command order by command_id",
            "select concat_ws(' ', 'held', id, source, sequence) from held order by id, source, sequence",
            "select concat_ws(' ', 'parked', park_id, id, source, sequence, code, attempts, outcome)
             from parked order by park_id",
            "select concat_ws(' ', 'note', id, text) from note order by nth",
            "select concat_ws(' ', 'word', id, complaint) from word order by id",
        ];
        let mut found = Vec::new();
        for query in asked {
            let rows: Vec<String> = sqlx::query_scalar(query).fetch_all(&self.pool).await.unwrap();
            found.extend(rows);
        }
        found
    }

    pub(crate) async fn verify(&self, subjects: &[SubjectRef]) {
        for subject in subjects {
            journal::verify_subject(&self.pool, subject).await.unwrap();
        }
    }
}

pub(crate) fn run(shell: Shell<Toy, Notes>) -> Replica {
    let (inlet, handle, stop) = (shell.inlet(), shell.handle(), CancellationToken::new());
    let task = tokio::spawn(shell.run(stop.clone()));
    Replica { inlet, handle, stop, task }
}

impl Replica {
    pub(crate) async fn quiet(&self) {
        for _ in 0..2000 {
            if self.handle.pending() == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{} inputs are pending after ten seconds", self.handle.pending());
    }
    pub(crate) async fn hear(&self, bench: &Bench, message: &Message) {
        self.inlet.event(bench.delivered(message.clone())).await.unwrap();
        self.quiet().await;
    }
    pub(crate) async fn order(&self, command: Command) -> Answer {
        self.inlet.command(command).await
    }
    pub(crate) async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

pub(crate) fn code(answer: &Answer) -> &str {
    match answer {
        Answer::Done { repeated: false, .. } => "done",
        Answer::Done { repeated: true, .. } => "repeated",
        Answer::Refused { problem } => problem.code.as_str(),
    }
}

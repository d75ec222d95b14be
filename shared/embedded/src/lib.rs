//! Private PostgreSQL and nats-server processes in a data folder, and the programs around them.
//!
//! `redress up` and the testkit start their servers here. The rule this crate keeps: it only ever
//! touches servers and folders that it made itself – never another cluster, never a port somebody
//! else holds, never a process whose command line it does not recognise.
//!
//! It speaks to the servers by starting programs (`initdb`, `psql`) and by one plain HTTP request;
//! it links no database and no messaging client. What is stored in the servers is decided elsewhere.
//!
//! Linux only: processes are looked up in `/proc`.

mod account;
mod files;
mod lifeline;
mod nats;
mod nats_config;
mod nats_storage;
mod ports;
mod postgres;
mod postgres_cluster;
mod process;
mod procfs;
mod psql;
mod supervisor;
mod tools;
mod watch;

pub use files::temporary_folder;
pub use lifeline::Orphans;
pub use nats::{Nats, NatsOptions, NatsStop};
pub use ports::free_port;
pub use postgres::{Postgres, PostgresOptions, StopMode};
pub use supervisor::{Ended, StopReport, Supervisor};
pub use tools::{
    MachineServers, NATS_FLOOR, NATS_RECOMMENDED, NatsBinary, POSTGRES_FLOOR, PostgresBinaries, ToolSearch,
    Version, find_nats_server, find_postgres,
};
pub use watch::{Program, ProgramState, ProgramStatus, Restart};

use std::time::Duration;

use embedded::{NATS_FLOOR, Nats, NatsOptions, NatsStop, temporary_folder};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::{CONFIG, runs, start_nats};

/// A client of a few lines: sends protocol text and reads until a line contains what is expected.
async fn talk(nats: &Nats, text: &str, expected: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", nats.port())).await.unwrap();
    stream.write_all(format!("CONNECT {{\"verbose\":false}}\r\n{text}").as_bytes()).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    let search = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains(expected) {
                return line;
            }
        }
        panic!("the server closed before {expected:?}");
    };
    tokio::time::timeout(Duration::from_secs(5), search).await.expect("an answer from nats-server")
}

fn request(subject: &str, body: &str) -> String {
    format!("SUB box 1\r\nPUB {subject} box {}\r\n{body}\r\n", body.len())
}

async fn store_three_messages(nats: &Nats) {
    let stream = request("$JS.API.STREAM.CREATE.kept", r#"{"name":"kept","subjects":["kept.>"]}"#);
    talk(nats, &stream, "\"config\"").await;
    for number in 1..=3 {
        talk(nats, &request("kept.one", "hello"), &format!("\"seq\":{number}")).await;
    }
}

async fn messages(nats: &Nats) -> String {
    let answer = talk(nats, &request("$JS.API.STREAM.INFO.kept", ""), "\"messages\":").await;
    let (_, rest) = answer.split_once("\"messages\":").unwrap();
    rest.chars().take_while(char::is_ascii_digit).collect()
}

#[tokio::test]
async fn a_server_starts_healthy_and_keeps_ports_and_messages_over_stop_kill_and_restart() {
    let folder = temporary_folder().unwrap();
    let data = folder.path().join("a folder with spaces");
    let mut nats = start_nats(&data).await;
    assert!(nats.version() >= NATS_FLOOR);
    let (port, monitor) = (nats.port(), nats.monitor_port());
    store_three_messages(&nats).await;

    nats.restart().await.unwrap();
    assert_eq!((nats.port(), nats.monitor_port()), (port, monitor));
    assert_eq!(messages(&nats).await, "3");

    let pid = nats.pid().unwrap();
    nats.kill().await.unwrap();
    assert!(!runs(pid) && !nats.is_running());
    nats.restart().await.unwrap();
    assert_eq!(messages(&nats).await, "3");

    nats.stop(NatsStop::Quick).await.unwrap();
    drop(nats);
    let nats = start_nats(&data).await;
    assert_eq!(nats.port(), port);
    assert_eq!(messages(&nats).await, "3");
    assert!(nats.monitor("/varz").await.unwrap().contains("\"server_id\""));
}

#[tokio::test]
async fn a_cut_block_loses_the_last_message_and_deleted_storage_loses_all() {
    let folder = temporary_folder().unwrap();
    let mut nats = start_nats(folder.path()).await;
    store_three_messages(&nats).await;
    assert!(nats.truncate_last_block(4).is_err(), "not while it runs");
    nats.kill().await.unwrap();
    let block = nats.truncate_last_block(4).unwrap();
    assert!(block.starts_with(nats.storage_dir()));
    nats.restart().await.unwrap();
    assert_eq!(messages(&nats).await, "2");

    nats.stop(NatsStop::Quick).await.unwrap();
    nats.delete_storage().unwrap();
    assert!(!nats.storage_dir().exists());
    nats.restart().await.unwrap();
    talk(&nats, &request("$JS.API.STREAM.INFO.kept", ""), "stream not found").await;
}

#[tokio::test]
async fn two_servers_do_not_collide_and_every_named_port_is_another() {
    let folder = temporary_folder().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    let (one, other) = tokio::join!(start_nats(&one), start_nats(&other));
    let mut ports = vec![one.port(), one.monitor_port(), other.port(), other.monitor_port()];

    let config = format!("{CONFIG}\nwebsocket {{ listen: \"127.0.0.1:{{web_port}}\", no_tls: true }}\n");
    let third = Nats::start(NatsOptions::new(folder.path().join("third"), config)).await.unwrap();
    let web = third.named_port("web_port").unwrap();
    assert!(TcpStream::connect(("127.0.0.1", web)).await.is_ok());
    ports.extend([third.port(), third.monitor_port(), web]);
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 7);
}

#[tokio::test]
async fn a_bad_configuration_is_an_error_with_the_servers_own_words() {
    let folder = temporary_folder().unwrap();
    let config = format!("{CONFIG}\nno_such_setting: 1\n");
    let refusal = Nats::start(NatsOptions::new(folder.path(), config)).await.unwrap_err().to_string();
    assert!(refusal.contains("no_such_setting"), "{refusal}");
    let without_port = Nats::start(NatsOptions::new(folder.path(), "http: 1")).await.unwrap_err().to_string();
    assert!(without_port.contains("no {port} to fill in"), "{without_port}");
}

#[tokio::test]
async fn a_lame_duck_without_clients_goes_at_once() {
    let folder = temporary_folder().unwrap();
    let mut nats = start_nats(folder.path()).await;
    let pid = nats.pid().unwrap();
    nats.stop(NatsStop::LameDuck { patience: Duration::from_secs(10) }).await.unwrap();
    assert!(!runs(pid));
}

use crate::world::World;
use contracts::commands::Actor;
use intake::import::{Mapping, csv};
use serde_json::json;
use std::process::{Command, Stdio};
#[test]
fn real() {
    let Ok(dir) = std::env::var("REAL_DIR") else { return };
    for name in ["cfpb_complaints","cfpb_narratives","cfpb_labelled5","boston311_2011h2","nyc311_20131225","fcc_comcast_2015","zh_wenzheng_hotspot","zh_wenzheng_reply","zh_wenzheng_labelled","zh_fuzhou12345_water"] {
        let mapping = Mapping::from_yaml(&std::fs::read_to_string(format!("{}/../../deploy/mappings/{name}.yaml", env!("CARGO_MANIFEST_DIR"))).unwrap()).unwrap();
        let mut child = Command::new("zcat").arg(format!("{dir}/{name}.csv.gz")).stdout(Stdio::piped()).spawn().unwrap();
        let start = std::time::Instant::now();
        let rows: Vec<_> = csv(&mapping, child.stdout.take().unwrap()).unwrap().collect();
        let read = start.elapsed();
        let mut world = World::with(|d| {
            d["intake"]["required"] = json!(["narrative"]);
            d["intake"]["repeat"] = json!({"by":["matter"],"within":"3650 calendar days"});
        });
        world.now = "2026-11-21T00:00:00Z".parse().unwrap();
        let (mut ok, mut bad, mut refused, mut repeats, mut warn) = (0, 0, std::collections::BTreeMap::<String, usize>::new(), 0, 0);
        let start = std::time::Instant::now();
        for row in rows {
            match row {
                Err(errors) => { bad += 1; if bad <= 3 { for e in errors { println!("   {e}"); } } }
                Ok(s) => {
                    match world.register(s.key.as_str(), Actor::Feeder{name:"import".into()}, serde_json::to_value(&s.complaint).unwrap()) {
                        Ok(r) => { ok += 1; repeats += usize::from(r.repeats.is_some()); warn += usize::from(!r.warnings.is_empty()); }
                        Err(p) => *refused.entry(format!("{} {:?}", p.code, p.field)).or_default() += 1,
                    }
                }
            }
        }
        println!("{name}: registered {ok}, row errors {bad}, refused {refused:?}, repeats {repeats}, unlisted channel {warn}; read {read:?} registered {:?}", start.elapsed());
    }
}

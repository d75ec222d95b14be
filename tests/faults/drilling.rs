//! Drills while faults strike.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use redress::drill::balance::Balance;
use redress::drill::{self, Plan, Worked};
use tokio_util::sync::CancellationToken;

use crate::fault::Fault;
use crate::feeder::Feeder;
use crate::stack::Stack;

/// How long everybody works undisturbed, first and between two faults.
const UNDISTURBED: Duration = Duration::from_secs(1);
/// How long after a fault complaints may stand still.
const STANDSTILL: Duration = Duration::from_secs(45);
/// Drills in which all faults must find room.
const DRILLS: u64 = 4;
/// How often the counts are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The signs between those who take part in one drill.
#[derive(Debug, Default)]
struct Signs {
    /// Complaints come in.
    begun: CancellationToken,
    /// All faults have struck that found room.
    struck: CancellationToken,
    /// Nothing is left to be done.
    over: CancellationToken,
}

impl Stack {
    /// Lets everybody work on complaints while `faults` strike one after the other, and draws the balance. When the
    /// work is done before all faults have struck, it begins again with as many complaints.
    pub(crate) async fn drill_through(&mut self, complaints: u32, faults: &[Fault]) -> anyhow::Result<()> {
        let done = self.drill_until_all_struck(complaints, faults).await;
        if done.is_err() {
            self.show_troubles();
        }
        done
    }

    async fn drill_until_all_struck(&mut self, complaints: u32, faults: &[Fault]) -> anyhow::Result<()> {
        let mut feeder = self.feeder.take().context("a drill has the feeder")?;
        let mut waiting: VecDeque<_> = faults.iter().collect();
        let mut open = 0;
        for seed in 1..=DRILLS {
            let plans = self.plans(complaints, seed);
            let expected: u64 = plans.iter().map(|plan| u64::from(plan.complaints)).sum();
            let mut worked = self.drill(plans, &mut feeder, &mut waiting).await?;
            let handed_in = feeder.take_receipts();
            let expected = expected + handed_in.len() as u64;
            // The feeder feeds the demo organisation, which comes first.
            worked.places[0].fed.receipts.extend(handed_in);
            open += balanced(expected, &worked).await?.counts.open;
            if waiting.is_empty() && open == 0 {
                println!("the feeder waited {:.1} s at most", feeder.longest_wait().as_secs_f64());
                self.feeder = Some(feeder);
                return Ok(());
            }
        }
        anyhow::bail!("after {DRILLS} drills {open} complaints are open and {waiting:?} found no room")
    }

    /// What is drilled: the complaints spread over all organisations of this stack, the demo organisation first.
    fn plans(&self, complaints: u32, seed: u64) -> Vec<Plan> {
        let all = std::iter::once(&self.access).chain(&self.others);
        drill::spread(all.cloned().collect(), complaints, seed)
    }

    /// One drill, with the feeder feeding and faults striking from its first complaint on.
    async fn drill(
        &mut self,
        plans: Vec<Plan>,
        feeder: &mut Feeder,
        waiting: &mut VecDeque<&Fault>,
    ) -> anyhow::Result<Worked> {
        let signs = Signs::default();
        let before = self.registered().await?;
        let working = async {
            let worked = drill::work(plans).await;
            signs.over.cancel();
            worked
        };
        let feeding = async {
            let enough = signs.struck.clone();
            match signs.over.run_until_cancelled(signs.begun.cancelled()).await {
                Some(()) => feeder.feed(&enough).await,
                None => Ok(()),
            }
        };
        let striking = async {
            let struck = self.strike_all(before, waiting, &signs).await;
            signs.struck.cancel();
            struck
        };
        let (worked, fed, struck) = tokio::join!(Box::pin(working), Box::pin(feeding), Box::pin(striking));
        struck?;
        fed?;
        worked
    }

    async fn strike_all(
        &mut self,
        before: u64,
        waiting: &mut VecDeque<&Fault>,
        signs: &Signs,
    ) -> anyhow::Result<()> {
        let Some(begins) = signs.over.run_until_cancelled(self.feeding_begins(before)).await else {
            return Ok(());
        };
        begins?;
        signs.begun.cancel();
        let begun = Instant::now();
        while let Some(fault) = waiting.front() {
            if signs.over.run_until_cancelled(tokio::time::sleep(UNDISTURBED)).await.is_none() {
                return Ok(());
            }
            print!("{:>7.1} s  {fault}", begun.elapsed().as_secs_f64());
            fault.strike(self).await.with_context(|| fault.to_string())?;
            // One that struck when nothing was left to be done has proven nothing: it strikes again in the next drill.
            if !signs.over.is_cancelled() {
                self.goes_on().await.with_context(|| fault.to_string())?;
                waiting.pop_front();
            }
        }
        Ok(())
    }

    /// Waits until a complaint that is registered from now on has gone through intake, its relay, routing and its relay
    /// into the ledger.
    async fn goes_on(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        let registered = self.registered().await?;
        while begun.elapsed() < STANDSTILL {
            // More cases in the ledger than complaints had been registered: one of them is new.
            if self.in_ledger().await? > registered {
                println!(": goes on after {:.1} s", begun.elapsed().as_secs_f64());
                return Ok(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        anyhow::bail!("no complaint has come through for {STANDSTILL:?}")
    }

    /// Waits until there are more complaints than `before`.
    async fn feeding_begins(&self, before: u64) -> anyhow::Result<()> {
        while self.registered().await? <= before {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }
}

/// The balance, which must hold: every complaint accepted, nobody refused.
async fn balanced(expected: u64, worked: &Worked) -> anyhow::Result<Balance> {
    let balance = worked.balance().await?;
    let refused: Vec<_> = worked.places.iter().flat_map(|place| &place.fed.refused).collect();
    ensure!(refused.is_empty(), "registrations were refused: {refused:?}");
    ensure!(balance.accepted == expected, "{} of {expected} accepted", balance.accepted);
    ensure!(balance.holds(), "it does not balance: {:?}", balance.counts);
    ensure!(worked.tally.refused.is_empty(), "people were refused: {:?}", worked.tally.refused);
    Ok(balance)
}

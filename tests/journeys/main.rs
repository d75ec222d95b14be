//! The whole product as those who run it and those who use it meet it: the program's own subcommands and the public
//! API, on one stack that is started twice.
//!
//! One test, because a stack costs more than what is asked of it. Its steps, in this order:
//!
//! | step | where |
//! | --- | --- |
//! | `up --all-in-one`, the deputies it loads, a drill, a second `up` that goes on with the same data | here |
//! | `import`, once, again, and with a row that cannot be read; a file uploaded and read back | [`taking_in`] |
//! | `parked` and `held` on messages that really could not be handled; `reconcile` says so | [`parking`] |
//! | a customer is forgotten: in every store and at every address | [`forgetting`] |
//! | `rebuild` while complaints come in: the same ledger | [`rebuilding`] |
#![expect(clippy::print_stdout, reason = "which step took how long is what one reads when it fails")]

mod forgetting;
mod parking;
mod product;
mod rebuilding;
mod taking_in;

use std::time::Instant;

use anyhow::ensure;
use serde_json::Value;

use product::Product;

#[tokio::test(flavor = "multi_thread")]
async fn a_company_runs_it_for_a_day() -> anyhow::Result<()> {
    let folder = embedded::temporary_folder()?;
    let data = folder.path().join("data");
    let begun = Instant::now();
    let step = |what: &str| println!("{:>6.1} s  {what}", begun.elapsed().as_secs_f64());

    let product = Product::start(&data).await?;
    step("everything runs");
    deputies_are_known(&product).await?;
    let drill =
        product.run(&["drill", "--data", product.folder(), "--complaints", "6", "--seed", "11"]).await?;
    ensure!(drill.code == 0 && drill.said.contains("it balances"), "the drill: {}", drill.said);
    step("a drill balanced");
    taking_in::check(&product, folder.path()).await?;
    step("complaints were imported, a file was read back");
    parking::check(&product, folder.path()).await?;
    step("messages were parked, replayed and dropped");
    let erased = forgetting::check(&product).await?;
    step("a customer was forgotten");
    rebuilding::check(&product, folder.path()).await?;
    step("the ledger was rebuilt");

    let (ledger, address) = (product.ledger().await?, product.gateway().to_owned());
    product.stop().await?;
    step("everything stopped");
    let product = Product::start(&data).await?;
    step("everything runs again");
    ensure!(product.gateway() == address, "bookmarks are lost: {} was {address}", product.gateway());
    let again = product.ledger().await?;
    ensure!(again == ledger, "the second start has another ledger: {again:#?} instead of {ledger:#?}");
    erased.still_holds(&product).await?;
    ensure!(
        product.run_configured(&["reconcile"]).await?.code == 0,
        "the stores differ after the second start"
    );
    product.stop().await
}

/// Whoever leads, manages or handles in the demo organisation has a planned leave, and somebody who stands in.
async fn deputies_are_known(product: &Product) -> anyhow::Result<()> {
    let directory = product.get("/directory").await?;
    let people = directory["people"].as_array().into_iter().flatten();
    let holds = |person: &Value, role: &str| {
        person["roles"].as_array().is_some_and(|roles| roles.iter().any(|held| held == role))
    };
    let weighty: Vec<_> = people
        .filter(|person| ["leader", "manager", "handler"].iter().any(|role| holds(person, role)))
        .collect();
    ensure!(weighty.len() > 25, "few people are there: {directory}");
    for person in weighty {
        let leave = &person["absences"][0];
        ensure!(
            leave["deputy"].is_string() && leave["from"].is_string() && leave["until"].is_string(),
            "nobody stands in for {person}"
        );
    }
    Ok(())
}

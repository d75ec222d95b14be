//! Where events stand, and how much was said around them.

use journal::outbox::{self, Published};
use journal::place::{self, Extent, Place};

use super::{append, chain, store, subject};

#[tokio::test]
async fn places_come_in_the_order_asked_for_and_are_missing_for_what_was_never_said() {
    let (_database, pool) = store().await;
    let (a, b) = (subject("a"), subject("b"));
    let (of_a, of_b) = (chain(&a, 3, "{}"), chain(&b, 2, "{}"));
    append(&pool, &a, &of_a).await;
    append(&pool, &b, &of_b).await;
    let nobody = subject("nobody");
    let asked = [(&b, 2), (&a, 1), (&nobody, 1), (&a, 4), (&b, 2), (&a, 3)];
    let found = place::find(&pool, &asked).await.unwrap();
    let place = |position, hash| Some(Place { position, hash });
    let last = place(5, of_b[1].hash);
    assert_eq!(found, [last, place(1, of_a[0].hash), None, None, last, place(3, of_a[2].hash)]);
    assert!(place::find(&pool, &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_extent_leaves_out_what_the_stream_did_not_have_yet() {
    let (_database, pool) = store().await;
    append(&pool, &subject("a"), &chain(&subject("a"), 9, "{}")).await;
    let extent = async |position| place::extent(&pool, position, "then", 5).await.unwrap();
    assert_eq!(extent(Some(3)).await, Extent { before: 0, after: 0, on_the_way: 9 });
    // The first five are safe and their rows gone; two were acknowledged, one of them after that end.
    let purge = "delete from outbox where position <= 4";
    sqlx::query(purge).execute(&pool).await.unwrap();
    let published = |position, stream_sequence| Published { position, stream_sequence };
    outbox::mark_published(&pool, "then", &[published(5, 5), published(6, 6)]).await.unwrap();
    outbox::mark_published(&pool, "before", &[published(7, 1)]).await.unwrap();
    assert_eq!(extent(Some(3)).await, Extent { before: 2, after: 3, on_the_way: 4 });
    assert_eq!(extent(Some(9)).await, Extent { before: 5, after: 0, on_the_way: 4 });
    assert_eq!(extent(None).await, Extent { before: 5, after: 0, on_the_way: 4 });
}

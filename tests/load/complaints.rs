//! Complaints of about a kilobyte, Chinese and English, no two the same: the `n`th of a run is always the same one.

use serde_json::{Value, json};

const STORIES: &[(&str, &str)] = &[
    (
        "quality",
        "上周六在贵店买的羊毛衫只穿了两次就起球，袖口还开线了。我按洗涤说明手洗平铺晾干，没有任何不当使用。\
         到店里要求退货，店员说已经剪标不能退，只能修补；我不能接受，要求按三包规定处理，并说明这一批次是否都有同样的问题。",
    ),
    (
        "delivery",
        "说好周六上午送到的冰箱拖到周三还没有消息，客服每次说法都不一样：先说在路上，再说仓库没有货，最后说地址不对。\
         家里老人和孩子等了整整两天，食物全部坏掉。请尽快给出确切的送货时间，并赔偿由此造成的损失。",
    ),
    (
        "price",
        "货架标价 29.9 元，结账收了 39.9 元，收银员说以系统为准，拒绝退差价。我当场拍了价签的照片，也保留了小票。\
         这已经是本月第二次发生，请核实价签与系统为什么不一致，退还差价，并答复如何避免再次发生。",
    ),
];

const ENGLISH: &str = "I kept the receipt and two photographs, and I am at home on weekdays after six. The assistant was \
                       polite but could not decide anything; I was told that somebody would call back within a day, \
                       and nobody did. Please tell me who is responsible, what will be done, and by when.";

/// Complaints come from a circle of so many people: now and then one comes again.
const PEOPLE: u64 = 50_000;

/// The idempotency key of the `n`th complaint of `run`.
#[must_use]
pub(crate) fn key(run: &str, n: u64) -> String {
    format!("load-{run}-{n}")
}

/// The `n`th complaint.
#[must_use]
pub(crate) fn complaint(n: u64) -> Value {
    let chance = mixed(n);
    let (category, story) = STORIES[place(chance, STORIES.len())];
    let channel = ["phone", "web", "email", "wechat"][place(chance >> 8, 4)];
    let person = mixed(n ^ 0x5eed) % PEOPLE;
    json!({
        "channel": channel,
        "category": category,
        "language": if chance & 3 == 0 { "en" } else { "zh" },
        "complainant": { "name": format!("王{person}"), "phone": format!("138{:08}", 10_000_000 + person) },
        "narrative": format!("{story} {ENGLISH}"),
        "demand": "退款并书面道歉 / a refund and an apology in writing",
        "amount": 500 + i64::try_from(chance % 400_000).unwrap_or_default(),
        "order_number": format!("SO{:010}", n),
    })
}

/// SplitMix64: well mixed, the same on every machine.
fn mixed(n: u64) -> u64 {
    let z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn place(chance: u64, of: usize) -> usize {
    usize::try_from(chance & 0xffff).unwrap_or_default() % of
}

//! Complaints made up from a seed: Chinese and English, of every category, some from the same person, some without a
//! category, some with text that a careless program would trip over.

use contracts::commands::intake::{Complainant, RegisterComplaint};
use contracts::{CategoryKey, ChannelKey, DepartmentId, Fen, Language};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// One kind of complaint in both languages.
struct Theme {
    category: &'static str,
    department: &'static str,
    zh: &'static [&'static str],
    en: &'static [&'static str],
}

const THEMES: &[Theme] = &[
    Theme {
        category: "quality",
        department: "quality_management",
        zh: &[
            "上周买的羊毛衫只穿了两次就起球，袖口还开线了，要求退货。",
            "电饭煲用了三天就不通电，店里说要自己寄回厂家，不能接受。",
            "牛奶离保质期还有十天，打开已经变质，孩子喝了一口。",
        ],
        en: &[
            "The kettle stopped working after three days and the store told me to ask the factory.",
            "The sweater pilled after two wears and one seam came open. I want my money back.",
        ],
    },
    Theme {
        category: "delivery",
        department: "logistics",
        zh: &[
            "说好周六送到的冰箱拖到周三还没有消息，客服每次说法都不一样。",
            "快递放在门口没有通知，东西丢了没人负责。",
        ],
        en: &["The fridge was promised for Saturday; it is Wednesday and nobody knows where it is."],
    },
    Theme {
        category: "damage",
        department: "logistics",
        zh: &["收到的花瓶碎了一半，外箱明显被摔过，已拍照。", "洗衣机外壳凹进去一大块，送货的人放下就走。"],
        en: &["The vase arrived in pieces; the box had clearly been dropped. Photographs attached."],
    },
    Theme {
        category: "price",
        department: "sales",
        zh: &[
            "货架标价 29.9 元，结账收了 39.9 元，收银员说以系统为准。",
            "昨天刚买的电视今天降价八百，申请价保被拒。",
        ],
        en: &["The shelf said 29.90 and the till charged 39.90; the cashier said the system is right."],
    },
    Theme {
        category: "attitude",
        department: "sales",
        zh: &["问导购尺码，她头也不抬说自己找，还跟同事笑我。", "退货时店员当着很多人的面说我故意弄坏的。"],
        en: &["The assistant laughed at me when I asked for another size."],
    },
];

const SURNAMES: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴"];
const GIVEN: &[&str] = &["芳", "伟", "娜", "秀英", "敏", "静", "丽", "强", "磊", "洋", "艳", "勇"];
const ENGLISH: &[&str] = &["Anna Miller", "Tom O'Neill", "Priya Shah", "John Smith", "Maria Garcia"];
/// Text that must come through as it is.
const AWKWARD: &[&str] = &[
    "'; drop table complaint; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "emoji 🙂 and 𠮷 outside the BMP",
    "\\u0000",
];

/// The channels that the demo's playbooks list.
const CHANNELS: &[&str] = &["phone", "web", "email", "wechat", "visit"];

/// The `n`th complaint of `seed`.
#[must_use]
pub fn complaint(seed: u64, n: u32) -> RegisterComplaint {
    let mut chance = ChaCha8Rng::seed_from_u64(seed ^ (u64::from(n) << 20));
    let theme = THEMES.choose(&mut chance).unwrap_or(&THEMES[0]);
    let english = chance.random_ratio(1, 4);
    let texts = if english { theme.en } else { theme.zh };
    let mut narrative = texts.choose(&mut chance).copied().unwrap_or("").to_owned();
    if chance.random_ratio(1, 20) {
        narrative.push(' ');
        narrative.push_str(AWKWARD.choose(&mut chance).copied().unwrap_or(""));
    }
    let who = somebody(&mut chance, n);
    let channel = CHANNELS.choose(&mut chance).copied().unwrap_or("phone");
    let slug = |text: &str| text.parse().ok();
    RegisterComplaint {
        channel: ChannelKey::new(channel).expect("the channels are slugs"),
        kind: None,
        customer_type: None,
        category: (!chance.random_ratio(1, 12))
            // P02, which visits follow, does not tell damage in transit apart.
            .then_some(if channel == "visit" && theme.category == "damage" {
                "delivery"
            } else {
                theme.category
            })
            .and_then(|category| CategoryKey::new(category).ok()),
        complained_of: slug(theme.department)
            .filter(|_: &DepartmentId| channel == "visit" || chance.random_ratio(1, 3)),
        complained_of_person: None,
        unit: None,
        language: if english { Language::En } else { Language::Zh },
        complainant: complainant(&mut chance, who, english),
        narrative,
        subject: None,
        menu_option: None,
        guided: None,
        opinion: None,
        demand: chance
            .random_bool(0.5)
            .then(|| if english { "Refund".into() } else { "退款并道歉".into() }),
        amount: chance.random_bool(0.6).then(|| Fen(chance.random_range(500..500_000))),
        order_number: chance.random_bool(0.5).then(|| format!("SO{:08}", 20_250_000 + n)),
        matter: None,
        received_at: None,
        external: None,
        files: Vec::new(),
        facts: contracts::Facts::new(),
        playbook: None,
        settlement: None,
    }
}

/// The `n`th complaint of `seed` about one of these matters, told by somebody else each time; none without a matter.
#[must_use]
pub fn told_again(matters: &[RegisterComplaint], seed: u64, n: u32) -> Option<RegisterComplaint> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed ^ (u64::from(n) << 20));
    let at = usize::try_from(n).ok()?.checked_rem(matters.len())?;
    let matter = matters.get(at)?.clone();
    let who = somebody(&mut chance, n);
    let english = matter.language == Language::En;
    Some(RegisterComplaint {
        complainant: complainant(&mut chance, who, english),
        order_number: matter.order_number.is_some().then(|| format!("SO{:08}", 20_250_000 + n)),
        ..matter
    })
}

/// Who complains: one in six comes from a small circle of people, so that repeats are found.
fn somebody(chance: &mut ChaCha8Rng, n: u32) -> u32 {
    if chance.random_ratio(1, 6) { chance.random_range(0..20) } else { 1_000 + n }
}

/// Published complaints come without contact data. Whoever takes them in would ask for it, and so does the drill: the
/// `n`th complainant gets a made-up telephone number where there is no way to reach them.
pub fn ask_for_contact(complaint: &mut RegisterComplaint, n: usize) {
    let Complainant { phone, email, .. } = &mut complaint.complainant;
    if phone.is_none() && email.is_none() {
        *phone = Some(format!("139{:08}", n % 100_000_000));
    }
}

fn complainant(chance: &mut ChaCha8Rng, who: u32, english: bool) -> Complainant {
    let name = if english {
        ENGLISH.choose(chance).copied().unwrap_or("A. N. Other").to_owned()
    } else {
        format!(
            "{}{}",
            SURNAMES.choose(chance).copied().unwrap_or("王"),
            GIVEN.choose(chance).copied().unwrap_or("芳")
        )
    };
    Complainant {
        name: Some(name),
        phone: Some(format!("138{:08}", 10_000_000 + who)),
        email: chance.random_bool(0.3).then(|| format!("customer{who}@example.com")),
        ..Complainant::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_complaints_in_both_languages() {
        let made: Vec<_> = (0..200).map(|n| complaint(7, n)).collect();
        assert_eq!(made, (0..200).map(|n| complaint(7, n)).collect::<Vec<_>>());
        assert!(
            made.iter().any(|c| c.language == Language::En)
                && made.iter().any(|c| c.language == Language::Zh)
        );
        assert!(made.iter().any(|c| c.category.is_none()), "some must be left to triage");
        assert_ne!(complaint(7, 3), complaint(8, 3));
    }

    #[test]
    fn matters_are_told_again_in_turn_by_others() {
        let matters = [complaint(1, 0), complaint(1, 1)];
        let again: Vec<_> = (0..4).filter_map(|n| told_again(&matters, 7, n)).collect();
        let told: Vec<_> = again.iter().map(|one| one.narrative.as_str()).collect();
        let [one, other] = [matters[0].narrative.as_str(), matters[1].narrative.as_str()];
        assert_eq!(told, [one, other, one, other]);
        assert_ne!(again[0].complainant, again[2].complainant);
        assert_eq!(told_again(&[], 7, 0), None);
    }
}

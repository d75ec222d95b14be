//! The messages that every organisation has, in Chinese and English, until its playbook brings its own.

use contracts::Text;
use playbook::model::Template;

/// The messages that every organisation has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltIn {
    /// The complaint is on record.
    Acknowledgement,
    /// Somebody has taken it up; sent by itself where a contact stage needs no person.
    FirstContact,
    /// The result.
    Reply,
    /// The result where the complaint was found not to stand (P02).
    Explanation,
    /// The result as a formal letter, where the playbook asks for one.
    FormalLetter,
    /// The customer is asked how satisfied they are; sent where the playbook has a template of this key.
    Satisfaction,
    /// To staff: a clock or rung concerns you.
    Escalation,
    /// To staff: a report is there; its number is the period or the case, its text the name.
    Report,
}

impl BuiltIn {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::Acknowledgement,
        Self::FirstContact,
        Self::Reply,
        Self::Explanation,
        Self::FormalLetter,
        Self::Satisfaction,
        Self::Escalation,
        Self::Report,
    ];

    /// Its key; a playbook replaces it by a template of the same key.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::FirstContact => "first_contact",
            Self::Reply => "reply",
            Self::Explanation => "explanation",
            Self::FormalLetter => "formal_letter",
            Self::Satisfaction => "satisfaction",
            Self::Escalation => "escalation",
            Self::Report => "report",
        }
    }

    pub(super) fn template(self) -> Template {
        let (zh, en) = match self {
            Self::Acknowledgement => (
                "您好，您的投诉已受理，编号 {{ number }}，查询码 {{ tracking_code }}。我们会尽快处理，并告知您结果。\
                 凭编号和查询码可随时查询进度，并对处理结果作出评价。",
                "Your complaint is on record under number {{ number }}; your tracking code is {{ tracking_code }}. \
                 We will deal with it as soon as we can and tell you the result. Number and code show you how far it is, and let you say whether you are \
                 satisfied.",
            ),
            Self::FirstContact => (
                "您好，您的投诉（编号 {{ number }}）已有专人负责处理，进展会及时告知您。",
                "Somebody has taken up your complaint {{ number }} and will keep you informed.",
            ),
            Self::Reply => (
                "您好，您的投诉（编号 {{ number }}）已处理完毕。{% for r in remedies %}{{ r.label }}\
                 {% if r.yuan %} {{ r.yuan }} 元{% endif %}；{% endfor %}感谢您的反馈。",
                "Your complaint {{ number }} has been dealt with. {% for r in remedies %}{{ r.label }}\
                 {% if r.yuan %} CNY {{ r.yuan }}{% endif %}; {% endfor %}Thank you for telling us.",
            ),
            Self::Explanation => (
                "您好，关于您的投诉（编号 {{ number }}），我们已与相关部门核实，未能认定所反映的问题。\
                 如需了解核实情况，请随时联系我们，我们会向您详细说明。",
                "We have looked into your complaint {{ number }} with the department concerned and could not confirm \
                 it. Please ask us at any time, and we will explain what we found.",
            ),
            Self::FormalLetter => (
                "尊敬的客户：\n关于您的投诉（编号 {{ number }}），现将处理结果正式函复如下：\
                 {% for r in remedies %}{{ r.label }}{% if r.yuan %} {{ r.yuan }} 元{% endif %}；{% endfor %}\
                 由此给您带来的不便，我们深表歉意，并承担相应责任。\n此致\n敬礼",
                "Dear customer,\nThis letter is our formal answer to your complaint {{ number }}: \
                 {% for r in remedies %}{{ r.label }}{% if r.yuan %} CNY {{ r.yuan }}{% endif %}; {% endfor %}\
                 we apologise for the trouble that you had, and answer for it.\nYours faithfully",
            ),
            Self::Satisfaction => (
                "您好，您的投诉（编号 {{ number }}）已处理。请凭查询码 {{ tracking_code }} 告诉我们您是否满意：\
                 {% for answer in answers %}{{ answer }}{% if not loop.last %}、{% endif %}{% endfor %}。",
                "Your complaint {{ number }} has been dealt with. Please tell us with your code {{ tracking_code }} \
                 how satisfied you are: {% for answer in answers %}{{ answer }}{% if not loop.last %}, {% endif %}\
                 {% endfor %}.",
            ),
            Self::Escalation => (
                "投诉 {{ number }} 需要您关注：{{ text }}",
                "Complaint {{ number }} needs your attention: {{ text }}",
            ),
            Self::Report => (
                "报告已生成，请查阅：{{ text }}（{{ number }}）",
                "A report is there for you: {{ text }} ({{ number }})",
            ),
        };
        Template { subject: None, body: Text { zh: zh.to_owned(), en: en.to_owned() } }
    }
}

//! Facts and outcomes that people meet on the pages. One that is not here is shown by its key.

super::table! {
    REGISTERED: "已登记", "registered";
    SETTLED: "当场解决", "settled on the spot";
    CLARIFIED: "已澄清", "clarified";
    UNREACHABLE: "联系不上", "could not be reached";
    ROUTED: "已分派", "routed";
    SUBSTANTIATED: "属实", "substantiated";
    UNSUBSTANTIATED: "不属实", "not substantiated";
    INVESTIGATED: "已调查", "investigated";
    PROPOSED: "已提出方案", "proposed";
    NO_MEASURE: "无需处理", "no measure";
    AGREED: "同意", "agreed";
    OBJECTED: "有异议", "objected";
    APPROVED: "已批准", "approved";
    REFUSED: "未批准", "refused";
    EXECUTED: "已落实", "carried out";
    TOLD: "已告知", "told";
    REACHED: "已联系上", "reached";
    ACCEPTED: "接受", "accepted";
    REJECTED: "不接受", "not accepted";
    SATISFIED: "满意", "satisfied";
    DISSATISFIED: "不满意", "not satisfied";
    PASSED: "通过", "passed";
    FAILED: "未通过", "failed";
    ARCHIVED: "已归档", "filed";
    CLOSED: "已办结", "closed";
}

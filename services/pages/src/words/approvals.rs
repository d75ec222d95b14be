//! The rooms of those who decide.

super::table! {
    TITLE: "待我审批", "To decide";
    NONE: "没有等待您审批的事项。", "Nothing waits for your decision.";
    NONE_HINT: "新的审批事项会自动出现在这里。", "What is to be decided appears here by itself.";
    OPEN_SHEET: "查看并决定", "Look and decide";
    AMOUNT: "金额", "Amount";
    NO_PROPOSAL: "没有处理方案", "No proposal";
    CUMULATED: "与同一客户、同一订单合并计算：{amount}", "Counted together with others of this customer or order: {amount}";
    YOUR_DECISION: "您的决定", "Your decision";
    SENDS_BACK: "不同意时退回到：{stage}。", "A refusal goes back to: {stage}.";
    AUTHORITY: "审批权限", "Who decides on which amount";
    AUTHORITY_YOURS: "您的权限", "yours";
    AUTHORITY_NOW: "本案适用", "this case";
    AUTHORITY_NONE: "本流程不按金额划分权限，由环节负责人决定。", "This procedure has no limits by amount: whoever owns the step decides.";
    AUTHORITY_NOBODY: "无需审批", "no approval needed";
    ANY_AMOUNT: "任何金额", "Any amount";
    UP_TO: "{to} 及以下", "Up to {to}";
    OVER: "超过 {from}", "Over {from}";
    BETWEEN: "超过 {from} 至 {to}", "Over {from}, up to {to}";
    DECIDED_BY: "由谁决定", "Who decides";
    PRECEDENTS: "先例", "Precedents";
    PRECEDENTS_HINT: "同类别、同性质、已有决定的投诉，最近的在前。", "Decided complaints of the same category and kind, latest first.";
    NO_PRECEDENTS: "没有可参考的先例。", "There is no precedent.";
    PRECEDENTS_SPREAD: "最低 {least}，中位 {middle}，最高 {most}", "Least {least}, middle {middle}, most {most}";
    PRECEDENTS_MORE: "更多先例在台账中", "More in the ledger";
    DECIDED_AT: "决定时间", "Decided";
    OUTCOME: "客户评价", "Customer's answer";
    HAND_ON: "转交他人决定", "Hand on to somebody else";
    HAND_ON_HINT: "休假时由您设定的代理人自动接手，无需转交。", "While you are on leave your deputy gets it by itself.";
    SEVERAL: "批准所选", "Approve those chosen";
    SEVERAL_HINT: "本流程允许不超过规定金额的方案一并批准；每件各自记录。", "The procedure allows small proposals to be approved together; each is on record by itself.";
    CHOOSE: "选择 {number}", "Choose {number}";
    SEVERAL_DONE: "已批准：{n} 件。", "Approved: {n}.";
    SEVERAL_LEFT: "未能批准，或结果未知：{numbers}。请逐件打开查看。", "Not approved, or not known to be: {numbers}. Open each to see.";
    CASE: "投诉全貌", "The whole case";
}

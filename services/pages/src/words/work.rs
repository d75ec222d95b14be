//! Work lists.

super::table! {
    MINE: "我手上的", "Mine";
    QUEUE: "待领取", "To be claimed";
    DEPARTMENT: "本部门全部", "All of my department";
    LISTS: "工作列表", "Work lists";
    NUMBER: "编号", "Number";
    TASK: "要做什么", "What to do";
    ABOUT: "事由", "About";
    DUE: "时限", "Due";
    HOLDER: "承办人", "Held by";
    LEVEL: "级别 {n}", "Level {n}";
    SINCE: "自", "Since";
    CLAIM: "领取", "Claim";
    HAND_BACK: "退回", "Hand back";
    HAND_BACK_WHY: "为什么退回？", "Why do you hand it back?";
    OPEN: "打开", "Open";
    WORK_ON_IT: "去办理", "Do it";
    NONE_MINE: "您手上没有待办工作。", "You hold no work.";
    NONE_MINE_HINT: "可到“待领取”领取本部门的工作。", "See under “To be claimed” what waits in your department.";
    NONE_QUEUE: "没有等待领取的工作。", "Nothing waits to be claimed.";
    NONE_DEPARTMENT: "本部门没有待办工作。", "Your department has no open work.";
    IN_QUEUE: "待领取", "in the queue";
    INSTEAD_OF: "代{name}", "for {name}";
    LACKS: "缺少技能：{skills}", "Lacks skills: {skills}";
    COMPLEX: "复杂", "Complex";
    CLAIMED: "已领取 {number}。", "{number} is yours now.";
    HANDED_BACK: "已退回 {number}。", "{number} is back in the queue.";
    FINISHED: "{number}：已提交。", "{number}: done and on record.";
    HANDED_BACK_BEFORE: "曾被退回", "handed back before";
    NOBODY_AVAILABLE: "暂无合适人员", "nobody was available";
}

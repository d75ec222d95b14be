//! The page of a case, and its timeline.

super::table! {
    TITLE: "投诉 {number}", "Complaint {number}";
    WHERE: "当前位置", "Where it stands";
    WHO: "由谁承办", "Who holds it";
    NOBODY: "目前无人承办，正在流转。", "Nobody holds it now; it is on its way.";
    CLOCKS: "时限", "Clocks";
    NO_CLOCKS: "本流程没有规定时限。", "This procedure has no clocks.";
    CLOCK_WHY: "怎么算的", "How it is counted";
    CLOCK_FROM: "自", "From";
    CLOCK_TO: "至", "To";
    CLOCK_COUNTED: "计入", "Counted";
    CLOCK_NOTE: "说明", "What happened";
    CLOCK_DUE: "到期 {time}", "Due {time}";
    CLOCK_ZONE: "时间按 {zone}", "Times of {zone}";
    STATE_RUNNING: "进行中", "running";
    STATE_PAUSED: "已暂停", "paused";
    STATE_MISSED: "已超时", "missed";
    STATE_MET: "已按时完成", "met";
    STATE_STOPPED_LATE: "已完成（超时）", "done late";
    STAGES: "流程", "Procedure";
    STAGE_DONE: "已完成", "done";
    STAGE_OPEN: "当前", "now";
    STAGE_TO_COME: "未到", "to come";
    STAGE_TIMES: "{n} 次", "{n}×";
    LOOPS: "退回过：{loops}", "Went back: {loops}";
    TOLD: "客户说了什么", "What the customer told";
    DEMAND: "诉求", "Wants";
    OPINION: "看法", "Thinks";
    ORDER: "订单", "Order";
    FILES: "附件", "Files";
    CONTACT: "联系方式", "How to reach the customer";
    MASKED: "部分内容已隐藏", "partly hidden";
    CONTACT_NAME: "姓名", "Name";
    CONTACT_PHONE: "电话", "Phone";
    CONTACT_EMAIL: "邮箱", "E-mail";
    TIMELINE: "经过", "Timeline";
    TIMELINE_ALL: "显示技术性记录", "Show technical entries";
    ACTIONS: "可以办理", "What you may do";
    NOT_POSSIBLE: "您现在不能办理", "What you may not do now";
    HELD_BY_OTHER: "由{name}承办", "held by {name}";
    CLAIM_FIRST: "在待领取列表中，请先领取", "in the queue: claim it first";
    OTHER_DEPARTMENT: "在{department}的待领取列表中", "in the queue of {department}";
    NO_ROLE: "您的角色不能办理", "your roles may not do this";
    NO_FORM: "尚无页面，请通过接口办理", "no page for it yet: done through the API";
    REGISTERED: "登记", "Registered";
    RECEIVED: "收到", "Received";
    LEVEL: "级别", "Level";
    INSTANCE: "第几次处理", "Handling";
    CATEGORY: "类别", "Category";
    CHANNEL: "渠道", "Channel";
    PLAYBOOK: "流程", "Procedure";
    CLOSED: "已办结归档", "Closed and filed";
    BETWEEN: "等待其他事项完成后进入下一步", "Between two stages, waiting for others";
    HELD: "没有可走的下一步，已通知管理员", "No way on matches; an administrator has been told";
    WITHHELD: "您是当事人，部分内容不对您显示。", "You are a party to the matter: parts of it are not shown to you.";
    PROPOSAL: "处理方案", "Proposal";
    PROPOSAL_VERSION: "第 {n} 版", "Version {n}";
    LIABLE: "责任方", "Liable";
    REASON: "理由", "Reason";
    TOTAL: "合计", "Total";
    FINDINGS: "调查结果", "Findings";
    NO_TIME: "尚未开始", "not yet";
    COMPLAINT_REGISTERED: "投诉已登记", "Complaint registered";
    STAGE_ENTERED: "进入：{stage}", "Entered: {stage}";
    STAGE_CHANGED: "转办：{stage}", "Reassigned: {stage}";
    STAGE_WITHDRAWN: "撤回：{stage}", "Withdrawn: {stage}";
    STAGE_COMPLETED: "完成：{stage}", "Completed: {stage}";
    FACT_RECORDED: "新情况：{facts}", "New fact: {facts}";
    WORK_ASSIGNED: "交给{person}", "Given to {person}";
    WORK_QUEUED: "进入{department}的待领取列表", "In the queue of {department}";
    WORK_REQUESTED: "需要：{task}", "Wanted: {task}";
    WORK_WITHDRAWN: "工作已撤销", "Work withdrawn";
    CLOCK_STARTED: "开始计时：{clock}", "Clock started: {clock}";
    CLOCK_STOPPED: "停止计时：{clock}", "Clock stopped: {clock}";
    CLOCK_CHANGED: "时限变动：{clock}", "Clock changed: {clock}";
    CLOCK_MISSED: "超时：{clock}", "Clock missed: {clock}";
    CASE_ESCALATED: "升级督办", "Escalated";
    CASE_CLOSED: "办结归档", "Closed and filed";
    CASE_CHANGED: "案件变动", "Case changed";
    FINDING_RECORDED: "调查结果", "Finding";
    VERIFICATION_RECORDED: "核实结论", "Verified";
    PROPOSAL_MADE: "提出处理方案：{amount}", "Proposal made: {amount}";
    REMEDY_EXECUTED: "处理结果已落实", "Remedy carried out";
    ROUND_OPENED: "开始审批", "Approval begun";
    ROUND_CLOSED: "审批结束", "Approval ended";
    DECISION_RECORDED: "审批意见", "Decided";
    REVIEW_RECORDED: "审核意见", "Reviewed";
    AUDIT_RECORDED: "审计结论", "Audited";
    NOTICE_REQUESTED: "通知", "Message";
    NOTICE_SETTLED: "通知已送达或失败", "Message delivered, or failed";
    REPLY_TOLD: "已答复客户", "The customer was told";
    CUSTOMER_ANSWERED: "客户答复", "The customer answered";
    CALLBACK_RECORDED: "回访", "Callback";
    CALLBACK_NOTED: "回访注意事项", "Note for the callback";
    CONTACT_RECORDED: "联系客户", "Contact with the customer";
    CONTACT_PREPARED: "联系前准备", "Sheet before the contact";
    CLAIM_CLARIFIED: "诉求已澄清", "Claim clarified";
    FILE_ADDED: "添加附件", "File added";
    FORM_FILLED: "填写表单", "Form filled in";
    FORM_SIGNED: "签署表单", "Form signed";
    LEDGER_ENTERED: "记入台账", "Entered in a ledger";
    LEDGER_SETTLED: "台账事项了结", "Settled in the ledger";
    MEASURES_PLANNED: "整改措施", "Measures planned";
    MEASURE_DONE: "措施已落实", "Measure carried out";
    EFFECT_VERIFIED: "效果验证", "Effect verified";
    OPINION_RECORDED: "会议意见", "Opinion of the meeting";
    OPINION_SIGNED: "会签", "Signed";
    RULING_OPENED: "提请裁定", "A ruling was asked for";
    RULING_GIVEN: "裁定", "Ruled";
    RULING_WITHDRAWN: "裁定撤回", "Ruling withdrawn";
    ACCOUNTABILITY_DECIDED: "责任追究决定", "Accountability decided";
    TEAM_CALLED: "成立小组", "A team was called";
    ACT_LATE: "办理过迟，未生效", "Came too late; nothing moved";
    OTHER_EVENT: "记录：{what}", "Recorded: {what}";
}

/// What happened but is of use to whoever maintains the system rather than to who works on the case.
pub const TECHNICAL: &[&str] = &[
    "work.requested",
    "work.withdrawn",
    "clock.started",
    "clock.stopped",
    "fact.recorded",
    "notice.settled",
    "case.changed",
];

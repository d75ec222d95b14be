//! The administrator's rooms: how the system is, what is parked, messages on their way.

super::table! {
    ROOMS: "系统管理的各个页面", "Rooms of administration";
    SYSTEM_STATE: "系统状态", "System";
    PARKED: "搁置的消息", "Parked messages";
    MESSAGES: "消息发送", "Messages";
    OPEN: "打开", "Open";
    SERVICE: "服务", "Service";
    SINCE: "自", "Since";
    REASON: "理由", "Reason";
    REASON_HINT: "将连同您的姓名记录在案。", "It stays on record with your name.";

    SERVICE_INTAKE: "受理", "Intake";
    SERVICE_ROUTING: "流转", "Routing";
    SERVICE_INVESTIGATION: "调查处理", "Investigation";
    SERVICE_APPROVAL: "审批", "Approval";
    SERVICE_NOTIFICATION: "通知回访", "Notification";
    SERVICE_ANALYTICS: "统计台账", "Analytics";

    ALL_WELL: "各项服务均正常。", "Every service is in order.";
    SOME_NOT_WELL: "需要查看的服务：{n}。", "Services that need a look: {n}.";
    AS_OF: "截至 {time}，自动更新。", "As of {time}; renewed by itself.";
    IN_ORDER: "正常", "In order";
    AWAY: "没有应答：服务可能已停止，或数据库无法连接。", "Does not answer: it may be stopped, or its database is away.";
    AWAY_OF: "“{service}”没有应答，其搁置的消息未列出。", "{service} does not answer; what it has parked is not listed.";
    WAITS_FOR_A_PERSON: "有搁置的消息，须由人处理。", "Messages are parked: a person has to settle them.";
    OUTBOX_STUCK: "已产生的事件未能送出，请检查消息服务器。", "What it said cannot be handed over: look at the message server.";
    TIMERS_LATE_NOW: "有定时任务逾期未触发。", "Timers are late.";
    IS_BEHIND: "消息积压，正在追赶。", "It is behind and catching up.";
    HOLDS: "有消息在等待前一条；缺少的会自动补取。", "Messages wait for the one before them; what is missing is fetched by itself.";
    REPLICAS: "运行的副本", "Replicas";
    LAG: "待处理消息", "Messages to handle";
    OUTBOX: "待送出事件", "Events to hand over";
    OLDEST: "最早的已等 {span}", "the oldest for {span}";
    HELD: "等待前序", "Waiting for the one before";
    TIMERS_LATE: "逾期定时", "Late timers";
    NEXT_TIMER: "下一次定时", "Next timer";
    HANDLED: "启动以来已处理", "Handled since its start";
    HEARS: "按来源", "By source";
    NOT_TOLD: "未知", "not known";

    PARKED_HINT: "程序无法处理的消息停在这里，同一投诉来自同一服务的后续消息随之等待。请查明原因，排除后重新处理；确属误发的才跳过。", "What the program could not handle stops here, and what the same service says later about the same complaint waits behind it. Find out why and mend it, then handle it again; skip only what was said by mistake.";
    NOTHING_PARKED: "没有搁置的消息。", "Nothing is parked.";
    ONLY_OF: "只显示“{service}”。", "Only those of {service}.";
    SHOW_ALL: "显示全部", "Show all";
    MORE_OF: "更多：{service}", "More of {service}";
    MESSAGE: "消息", "Message";
    WHAT_IS_WRONG: "问题", "What is wrong";
    WHY_SOURCE_FORKED: "与先前收到的不衔接：发出方的历史可能被恢复到另一个时点", "It does not follow what was heard before: its source may have been restored to another past";
    WHY_NOT_UNDERSTOOD: "现有程序版本不认识这条消息", "No version of this program understands it";
    WHY_UNREADABLE: "消息头缺失或损坏，无法读取", "Its headers are missing or damaged; it cannot be read";
    SAID_BY: "发出方", "Said by";
    ABOUT: "关于", "About";
    ATTEMPTS: "尝试次数", "Attempts";
    SETTLE: "处理", "Settle it";
    SETTLE_HINT: "重新处理：原因已排除时使用；若仍失败，会再次出现在列表中。", "Handle it again once the cause is mended; if it fails once more, it comes back to the list.";
    REPLAY: "重新处理", "Handle again";
    DROP: "永久跳过", "Skip for good";
    DROP_HINT: "跳过后不能恢复；后续消息将继续处理。", "What is skipped does not come back; what waits behind it goes on.";
    THE_MESSAGE: "消息内容", "The message";
    HEADERS: "消息头", "Headers";
    DONE_REPLAYED: "已重新处理；若仍失败，会再次出现在这里。", "It was handled again; should it fail once more, it comes back here.";
    DONE_DROPPED: "已永久跳过，并记录在案。", "It is skipped for good, and that is on record.";

    MESSAGES_FAILED: "发送失败", "Failed";
    MESSAGES_LISTED: "待人工转交", "To be handed over";
    MESSAGES_WAITING: "发送中", "On their way";
    MESSAGES_DELIVERED: "已送达", "Delivered";
    NONE_FAILED: "没有发送失败的消息。", "No message failed.";
    NONE_LISTED: "没有待人工转交的消息。", "No message waits to be handed over.";
    NONE_WAITING: "没有发送中的消息。", "No message is on its way.";
    NONE_DELIVERED: "还没有送达的消息。", "No message was delivered yet.";
    ASKED_AT: "产生时间", "Asked for";
    TO: "发给", "To";
    TEXT: "内容", "Text";
    TEXT_GONE: "内容已删除", "The text is erased";
    LAST_ATTEMPT: "最近一次发送", "Last attempt";
    TRIED: "第 {n} 次", "attempt {n}";
    NOT_TRIED: "尚未发送", "not tried yet";
    THE_CASE: "查看投诉", "The complaint";
}

//! Channels, who answers by them, and how messages read.

super::table! {
    CHANNELS: "渠道与模板", "Channels and templates";
    CHANNELS_HINT: "各处理流程所列的渠道由谁受理，以及发给客户和员工的消息怎么写。两者都写在流程文本中，在那里修改。", "By which channels each procedure is reached and who answers there, and how messages to customers and staff read. Both stand in the text of the playbook and are changed there.";
    CHANNEL: "渠道", "Channel";
    WHO_ANSWERS: "受理人", "Who answers";
    LISTED_BY: "所属流程", "Listed by";
    ASKED_FIRST: "来电选项与邮件条件", "Menu, and conditions of mail";
    NOBODY: "未列明", "not named";
    SUBJECT_HAS: "邮件主题须含：{words}", "Mail whose subject has: {words}";
    NO_CHANNELS: "生效的流程没有列出渠道。", "No playbook in force lists a channel.";
    HOURS: "工作时间", "Hours";
    HOURS_OF: "按日历“{calendar}”：", "By the calendar “{calendar}”:";
    NO_HOURS: "没有发布日历：周一至周五全天。", "No calendar is published: Monday to Friday, all day.";
    ALL_DAY: "全天", "all day";
    TO_CALENDARS: "查看日历", "The calendars";
    MESSAGES_OF: "消息模板", "Messages";
    PROCEDURE: "处理流程", "Procedure";
    OWN_COUNT: "自有模板", "Of its own";
    BROKEN_COUNT: "有错误", "With a fault";
    MESSAGES_TITLE: "消息模板 · {title}", "Messages · {title}";
    MESSAGES_HINT: "流程自有的模板优先；没有的用通用文本。下面以一件示例投诉显示中英文效果。", "A template of the playbook comes first; where it has none, the common text is used. Shown with an example case in both languages.";
    IN_TEXT: "在流程文本中修改", "Change it in the text of the playbook";
    THE_PLAYBOOK: "查看流程", "The playbook";
    OWN: "流程自有", "of this playbook";
    COMMON: "通用文本", "common text";
    WRITTEN: "原文", "As it is written";
    PLACES: "填入内容", "What is filled in";
    SUBJECT: "主题：", "Subject:";
    CANNOT: "无法生成：", "It cannot be rendered:";
    SOME_CANNOT: "无法生成的消息模板：{n}，见“消息”。", "Messages that cannot be rendered: {n}; see “Messages”.";
    HOW_THEY_READ: "消息预览", "How messages read";
    ONLY_OWN: "这里只显示流程自有的模板。", "Only templates of the playbook itself are shown here.";
    NONE_OWN: "流程没有自有模板，使用通用文本。", "The playbook has no template of its own; the common texts are used.";

    USED_ACKNOWLEDGEMENT: "立案后发给客户", "To the customer once it is on record";
    USED_FIRST_CONTACT: "不需人工联系时发给客户", "To the customer where no person need contact them";
    USED_REPLY: "按模板答复客户", "To the customer: the result";
    USED_EXPLANATION: "投诉不成立时发给客户", "To the customer where the complaint does not stand";
    USED_FORMAL_LETTER: "流程要求正式函复时", "To the customer as a formal letter";
    USED_SATISFACTION: "回访开始时询问满意度", "To the customer: how satisfied they are";
    USED_ESCALATION: "时限或升级提醒，发给员工", "To staff: a clock or rung concerns them";
    USED_REPORT: "报告已生成，发给员工", "To staff: a report is there";
    USED_RUNG: "由流程中的升级规则指定", "Named by a rung of the playbook";

    NAME_NUMBER: "投诉编号", "the number of the complaint";
    NAME_TRACKING_CODE: "客户查询码", "the customer's code";
    NAME_STAGE: "环节名称", "what the stage is called";
    NAME_REMEDIES: "批准的补救措施", "the remedies that were approved";
    NAME_TEXT: "提醒或报告的内容", "what the reminder or report is about";
    NAME_ANSWERS: "满意度选项", "the answers that may be given";
    NAME_SCRIPT: "流程中的话术", "a script of the playbook";
    NAME_FACT: "投诉中的事实", "a fact of the case";
}

//! The guided form of the portal.

super::table! {
    STEP: "第 {n} 步，共 {all} 步", "Step {n} of {all}";
    NOTICE: "阅读投诉须知", "Read the notice";
    NOTICE_VERSION: "须知第 {n} 版", "Version {n} of the notice";
    NOTICE_CHANGED: "投诉须知已更新，请重新阅读并同意。", "The notice has changed: please read it again and agree to it.";
    AGREE: "同意并继续", "Agree and go on";
    DISAGREE: "不同意，返回首页", "Do not agree, go back";
    PROVINCE: "选择省份", "Choose the province";
    PROVINCE_FIELD: "被投诉企业所在省份", "Where the company is that you complain of";
    COMPANY: "选择企业", "Choose the company";
    COMPANY_NAME: "企业名称", "Name of the company";
    COMPANY_NAME_HINT: "输入名称中的几个字即可；留空则列出全部。", "A part of the name is enough; leave it empty to see all.";
    FIND: "查找", "Find";
    COMPANY_FIELD: "{province}的企业", "Companies in {province}";
    NO_COMPANY: "没有找到名称包含“{name}”的企业。请换几个字再试，或返回检查省份。", "No company here has “{name}” in its name. Try another part of it, or go back and check the province.";
    MORE_COMPANIES: "还有更多，请输入名称缩小范围。", "There are more: type a part of the name.";
    CONFIRM: "核对企业名称", "Check the company's name";
    CONFIRM_TEXT: "请核对企业名称。确认无误后才能填写投诉内容。", "Check the name. Only when it is right can you go on to your complaint.";
    CONFIRM_YES: "无误，确认", "It is right, confirm";
    CONFIRM_NO: "不是这家，重新选择", "It is another one, choose again";
    CHANGED: "您在另一个页面更改了被投诉企业，请重新核对。刚才填写的内容已保留。", "The company was changed in another page: please check it again. What you typed is kept.";
    CONSUMER: "您的信息", "About you";
    BUSINESS: "投诉内容", "Your complaint";
    ABOUT_WHOM: "投诉对象", "You complain of";
    NEXT: "下一步", "Next";
    PREVIOUS: "上一步", "Back";
    KEPT: "填写的内容加密保留 2 小时，仅本浏览器可以打开，可随时返回修改。", "What you type is kept for 2 hours, encrypted for this browser alone: you can go back and change it.";
    OVER: "保留时间已过，请从头确认一遍。", "It was kept no longer: please go through the steps once more.";
    ADDRESS: "通信地址", "Postal address";
    OTHER_CONTACT: "其他联系方式", "Another way to reach you";
    CUSTOMER_TYPE: "您的身份", "You are";
    CUSTOMER_NUMBER: "您的客户编号", "Your customer number";
    KIND: "事项性质", "What it is";
    OPINION: "您对此事的看法", "What you think of it";
    ANSWER_BY: "希望何时得到答复", "When you want an answer at the latest";
}

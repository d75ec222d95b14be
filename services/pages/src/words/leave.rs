//! Leave, deputies and shifts.

super::table! {
    TITLE: "休假与排班", "Leave and shifts";
    MINE: "我的休假", "My leave";
    OF: "{name}的休假与排班", "Leave and shifts of {name}";
    COLLEAGUES: "同事", "Colleagues";
    NAME: "姓名", "Name";
    AWAY: "休假与代理", "Leave and deputy";
    NOBODY_AWAY: "没有休假安排", "No leave planned";
    NONE: "没有休假安排。", "No leave is planned.";
    AWAY_NOW: "休假中", "Away now";
    OPEN: "安排", "Plan";
    PLAN: "安排休假", "Plan leave";
    PLAN_HINT: "休假期间，其工作由代理人办理，时限不变；未指定代理人时由系统按规则另派他人。", "While somebody is away their work goes to the deputy and the limits stay; without a deputy it is given to somebody else by the rules.";
    FROM: "开始", "From";
    UNTIL: "结束", "Until";
    UNTIL_HINT: "到此时刻为止，此后恢复在岗。", "They are back from this moment on.";
    DEPUTY: "代理人", "Deputy";
    DEPUTY_HINT: "代理人不会获得超出本人的权限。", "Gains no more authority than the absent person has.";
    PLAN_NOW: "保存", "Save";
    CHANGE: "修改", "Change";
    WITHDRAW: "取消休假", "Withdraw";
    STANDS_IN: "由{name}代理", "{name} stands in";
    NO_DEPUTY: "未指定代理人", "no deputy";
    DONE_PUT: "休假安排已保存。", "The leave is saved.";
    DONE_WITHDRAWN: "休假已取消。", "The leave is withdrawn.";
    DONE_ROSTER: "排班已保存。", "The shift is saved.";
    DONE_SHIFT: "班次已保存。", "The shift is saved.";
    SHIFT: "班次", "Shift";
    NO_SHIFT: "不排班，在岗即值班", "No shift: on duty whenever they are there";
    ROSTER: "个别日期的班次", "Single days";
    ROSTER_HINT: "当天另排的班次；班次留空表示休息。清空日期即删除。", "Another shift on that day; without a shift it is a day off. Empty the date to remove it.";
    DAY: "日期", "Day";
    SHIFTS: "班次设置", "Shifts";
    SHIFTS_HINT: "一天可有多段，用逗号分开，如 08:00-12:00, 13:00-17:00；22:00-06:00 到次日早晨结束；留空表示不上班。", "Several spans of a day are parted by commas, such as 08:00-12:00, 13:00-17:00; 22:00-06:00 ends the next morning; an empty day is not worked.";
    NEW_SHIFT: "新增班次", "New shift";
    KEY: "代码", "Key";
    NAME_ZH: "中文名称", "Name in Chinese";
    NAME_EN: "英文名称", "Name in English";
    NO_SHIFTS: "尚未设置班次。", "There are no shifts yet.";
    MONDAY: "周一", "Monday";
    TUESDAY: "周二", "Tuesday";
    WEDNESDAY: "周三", "Wednesday";
    THURSDAY: "周四", "Thursday";
    FRIDAY: "周五", "Friday";
    SATURDAY: "周六", "Saturday";
    SUNDAY: "周日", "Sunday";
}

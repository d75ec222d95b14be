//! Working calendars.

super::table! {
    CALENDARS: "工作日历", "Calendars";
    NONE: "还没有发布工作日历。", "No calendar is published yet.";
    VERSION: "第 {n} 版", "version {n}";
    DEFAULT: "本组织默认", "The organisation's own";
    ZONE: "时区", "Time zone";
    PUBLISHED: "发布时间", "Published";
    KNOWN_THROUGH: "节假日公布至", "Holidays known until";
    APPLIED: "未结投诉已改按此版本", "open cases follow it";
    HOLIDAYS: "节假日", "Holidays";
    MAKE_UP: "调休上班日", "Adjusted working days";
    DATE: "日期", "Date";
    NAME: "名称", "Name";
    FIRST: "第一天", "First day";
    LAST: "最后一天", "Last day";
    NAME_ZH: "中文名称", "Chinese name";
    NAME_EN: "英文名称", "English name";
    LIKE: "按哪一天的工时", "With the hours of";
    ADD_HINT: "添加后即发布新版本；未结投诉的时限不变，可先查看影响再改按新版本。", "Adding a day publishes a new version. The clocks of open cases stay until you look at the effect and let them follow.";
    ADD_HOLIDAY: "添加节假日", "Add a holiday";
    ADD_MAKE_UP: "添加调休上班日", "Add an adjusted working day";
    ADD: "添加并发布", "Add and publish";
    DONE_ADDED: "已发布日历的新版本。", "A new version of the calendar is published.";
    DONE_FOLLOWED: "已下达，未结投诉的时限正逐批改按此版本。", "It is said: the clocks of open cases follow, some hundred cases at a time.";
    MONDAY: "星期一", "Monday";
    TUESDAY: "星期二", "Tuesday";
    WEDNESDAY: "星期三", "Wednesday";
    THURSDAY: "星期四", "Thursday";
    FRIDAY: "星期五", "Friday";
    SATURDAY: "星期六", "Saturday";
    SUNDAY: "星期日", "Sunday";
}

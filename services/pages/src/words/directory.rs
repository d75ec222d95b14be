//! The directory of departments and people.

super::table! {
    DIRECTORY: "组织与人员", "Directory";
    DEPARTMENT: "部门", "Department";
    EVERY_DEPARTMENT: "全部部门", "Every department";
    SHOW: "显示", "Show";
    PEOPLE: "人员", "People";
    DEPARTMENTS: "部门", "Departments";
    NAME: "姓名", "Name";
    ROLES: "角色", "Roles";
    MANAGER: "上级", "Line manager";
    AWAY: "休假与代理", "Leave and deputy";
    LEFT: "已离职", "has left";
    STANDS_IN: "由{name}代理", "{name} stands in";
    BELOW: "隶属{name}。", "Below {name}.";
    DUTY: "值班主管：{name}。", "Duty manager: {name}.";
    IMPORT: "导入部门或人员", "Import departments or people";
    IMPORT_HINT: "粘贴表格内容，首行为列名，列以逗号分隔。先试导入查看变化，再正式导入；有任何错误则全部不导入。", "Paste a table: names of columns in its first line, commas between columns. Try it first to see what would change. With one mistake nothing is imported.";
    TABLE: "表格", "The table";
    TRY: "试导入", "Try it";
    IMPORT_NOW: "正式导入", "Import";
    WOULD_CHANGE: "试导入结果，尚未更改：", "This is what would change; nothing was changed yet:";
    IMPORTED: "已导入：", "Imported:";
    NEW: "新增 {n}", "new: {n}";
    CHANGED: "变更 {n}", "changed: {n}";
    UNCHANGED: "不变 {n}", "unchanged: {n}";
    LEFT_OUT: "表中没有{name}，其手上有 {n} 件未完成工作。", "{name} is not in the table and holds work that is open: {n}.";
}

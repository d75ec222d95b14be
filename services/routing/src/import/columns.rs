//! The columns that a file of departments or of people may have, by every name that people give them.

/// What a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Departments, one a row.
    Departments,
    /// People, one a row.
    People,
}

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Id,
    NameZh,
    NameEn,
    Parent,
    DutyManager,
    Name,
    Department,
    Roles,
    Manager,
    Skills,
    Contact,
    Email,
    Phone,
    Shift,
    Active,
}

impl Field {
    /// The field of a member of a department or person, as the pointer of a finding names it.
    pub(super) fn of_pointer(member: &str, of_people: bool) -> Self {
        match member {
            "name" if of_people => Self::Name,
            "name" => Self::NameZh,
            "parent" => Self::Parent,
            "duty_manager" => Self::DutyManager,
            "department" => Self::Department,
            "roles" => Self::Roles,
            "manager" => Self::Manager,
            "skills" => Self::Skills,
            "contact" => Self::Contact,
            "email" => Self::Email,
            "phone" => Self::Phone,
            _ => Self::Id,
        }
    }
}

/// A column.
#[derive(Debug)]
pub(super) struct Column {
    /// What it says.
    pub field: Field,
    /// Whether each file of this kind has it.
    pub required: bool,
    /// Its names; the first is the usual one.
    pub names: &'static [&'static str],
}

const fn column(field: Field, required: bool, names: &'static [&'static str]) -> Column {
    Column { field, required, names }
}

/// The columns of departments.
const DEPARTMENTS: &[Column] = &[
    column(Field::Id, true, &["id", "部门编号", "部门代码", "部门编码", "编号", "department_id"]),
    column(Field::NameZh, true, &["name_zh", "部门名称", "部门", "中文名称", "名称"]),
    column(Field::NameEn, false, &["name_en", "英文名称", "部门英文名"]),
    column(Field::Parent, false, &["parent", "上级部门", "上级部门编号"]),
    column(Field::DutyManager, false, &["manager", "负责人", "部门负责人", "值班经理", "duty_manager"]),
];

/// The columns of people.
const PEOPLE: &[Column] = &[
    column(Field::Id, true, &["id", "工号", "人员编号", "编号", "账号", "person_id"]),
    column(Field::Name, true, &["name", "姓名", "人员姓名", "员工姓名"]),
    column(Field::Department, true, &["department", "部门", "所属部门", "部门编号", "部门名称"]),
    column(Field::Roles, false, &["roles", "岗位", "角色", "岗位角色"]),
    column(Field::Manager, false, &["reports_to", "直属上级", "上级", "汇报对象", "manager"]),
    column(Field::Skills, false, &["skills", "技能", "专长"]),
    column(Field::Contact, false, &["contact", "对客联系方式", "对外联系方式"]),
    column(Field::Email, false, &["email", "邮箱", "电子邮件", "电子邮箱"]),
    column(Field::Phone, false, &["phone", "电话", "联系电话", "手机", "分机"]),
    column(Field::Shift, false, &["shift", "班次", "班组"]),
    column(Field::Active, false, &["active", "在职", "在职状态", "状态"]),
];

/// The columns of a kind of file.
pub(super) const fn of(kind: Kind) -> &'static [Column] {
    match kind {
        Kind::Departments => DEPARTMENTS,
        Kind::People => PEOPLE,
    }
}

/// The column that a name in a header stands for.
pub(super) fn known(kind: Kind, name: &str) -> Option<&'static Column> {
    let name = name.trim().to_lowercase().replace(' ', "_");
    of(kind).iter().find(|column| column.names.contains(&name.as_str()))
}

/// What a header announces: only people have a name without a language, roles, or somebody they report to.
pub(super) fn kind(header: &[String]) -> Option<Kind> {
    let has =
        |kind, field| header.iter().filter_map(|name| known(kind, name)).any(|column| column.field == field);
    if has(Kind::People, Field::Name) || has(Kind::People, Field::Roles) {
        return Some(Kind::People);
    }
    has(Kind::Departments, Field::NameZh).then_some(Kind::Departments)
}

/// The usual names of a kind's columns, with the first Chinese one.
pub(super) fn told(kind: Kind) -> String {
    let name = |column: &Column| {
        let chinese = column.names.iter().find(|name| !name.is_ascii()).unwrap_or(&column.names[0]);
        format!("{}（{chinese}）", column.names[0])
    };
    of(kind).iter().map(name).collect::<Vec<_>>().join("、")
}

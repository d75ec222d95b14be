//! What files of departments and people come to, and what is said of those that are wrong.

use contracts::messages::directory_changed::DirectoryChanged;
use serde_json::json;

use super::*;

fn directory() -> Directory {
    let said: DirectoryChanged = serde_json::from_value(json!({
        "departments": [{"id": "sales", "name": {"zh": "销售部", "en": "Sales"}, "duty_manager": "boss"}],
        "people": [
            {"id": "boss", "name": "钱总", "department": "sales", "roles": ["manager"]},
            {"id": "li.na", "name": "李娜", "department": "sales", "roles": ["agent"], "manager": "boss",
             "skills": ["english"], "absences": [{"from": "2025-03-08T00:00:00Z", "until": "2025-03-09T00:00:00Z"}]},
        ],
        "by": {"kind": "system"},
    }))
    .unwrap();
    Directory {
        departments: said.departments.into_iter().map(|unit| (unit.id.clone(), unit)).collect(),
        people: said.people.into_iter().map(|person| (person.id.clone(), person)).collect(),
        ..Directory::default()
    }
}

fn roles() -> BTreeMap<String, RoleKey> {
    BTreeMap::from([("客服专员".to_owned(), "agent".parse().unwrap())])
}

fn import(files: &[&str]) -> Result<Import, Vec<Mistake>> {
    let files: Vec<_> = files.iter().map(|text| (*text).to_owned()).collect();
    read(&files, &directory(), &roles())
}

#[test]
fn files_as_a_personnel_department_exports_them_become_departments_and_people() {
    let units = "\u{feff}部门编号,部门名称,英文名称,上级部门,负责人\r\nstore_1,南京路店,Nanjing Road store,销售部,王伟\r\n";
    let people = "工号,姓名,部门,岗位,直属上级,技能,邮箱,在职\r\nwang.wei,王伟,南京路店,客服专员；leader,钱总,售后;english,w@x.cn,在职\r\n";
    let import = import(&[people, units]).unwrap();
    let unit = &import.order.departments[0];
    assert_eq!(
        (unit.parent.as_ref().unwrap().as_str(), unit.name.en.as_str()),
        ("sales", "Nanjing Road store")
    );
    assert_eq!(unit.duty_manager.as_ref().unwrap().as_str(), "wang.wei");
    let person = &import.order.people[0];
    assert_eq!(person.roles.iter().map(RoleKey::as_str).collect::<Vec<_>>(), ["agent", "leader"]);
    assert_eq!((person.department.as_str(), person.skills.len()), ("store_1", 2));
    assert_eq!(import.left_out.iter().map(PersonId::as_str).collect::<Vec<_>>(), ["boss", "li.na"]);
}

#[test]
fn what_a_file_has_no_column_for_stays_and_an_empty_cell_clears() {
    let same = import(&["id,name,department\nli.na,李娜,sales\n"]).unwrap();
    assert!(same.order.people.is_empty() && same.people.unchanged == 1);
    let other = import(&["id,name,department,skills,reports_to\nli.na,李娜,sales,,\n"]).unwrap();
    let person = &other.order.people[0];
    assert_eq!(other.people.changed, ["li.na"]);
    assert!(person.skills.is_empty() && person.manager.is_none());
    assert_eq!((person.absences.len(), person.roles.len()), (1, 1));
}

#[test]
fn every_mistake_is_told_with_file_line_and_column() {
    let people = "id,name,department,roles,reports_to,email\n\nA1,张三,sales,agent,boss,\nzhao,,火星部,客服,nobody,x\nzhao,赵,sales,,,\n";
    let mistakes = import(&[people]).unwrap_err();
    let places: BTreeSet<_> =
        mistakes.iter().map(|one| (one.line.unwrap(), one.column.clone().unwrap())).collect();
    for place in
        [(3, "id"), (4, "name"), (4, "department"), (4, "roles"), (4, "reports_to"), (4, "email"), (5, "id")]
    {
        assert!(places.contains(&(place.0, place.1.to_owned())), "{place:?} of {places:?}");
    }
    let problem = refusal(mistakes).unwrap();
    assert!(problem.errors.len() == 7 && problem.lacks().is_none(), "{problem:?}");
    assert!(
        problem.errors[0].detail.contains("第 3 行“id”列") && problem.errors[0].detail.contains("line 3")
    );
}

#[test]
fn a_file_that_is_no_such_table_says_what_it_should_have() {
    for (text, line, column) in [
        ("", Some(1), None),
        ("颜色,形状\n红,圆\n", Some(1), None),
        ("id,name,department,身份证号\n", Some(1), Some("身份证号")),
        ("id,name,姓名,department\n", Some(1), Some("姓名")),
        ("id,name\n", Some(1), Some("department")),
        ("id,name,department\na,b\n", Some(2), None),
    ] {
        let mistakes = import(&[text]).unwrap_err();
        let found = mistakes.iter().any(|one| one.line == line && one.column.as_deref() == column);
        assert!(found, "{text:?}: {mistakes:?}");
    }
}

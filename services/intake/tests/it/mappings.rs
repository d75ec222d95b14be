//! The mapping files: a few made-up rows through each of them.

use std::path::PathBuf;

use contracts::commands::intake::RegisterComplaint;
use contracts::{FactKey, Language};
use intake::import::{Mapping, RowError, csv, ndjson};

fn mapping(name: &str) -> Mapping {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/mappings").join(format!("{name}.yaml"));
    Mapping::from_yaml(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Reads rows with the columns of the mapping, in the order given, and gives what was read.
fn read(name: &str, header: &str, rows: &[&str]) -> (Vec<RegisterComplaint>, Vec<RowError>) {
    let mapping = mapping(name);
    let named: Vec<&str> = header.split(',').collect();
    for column in mapping.columns() {
        assert!(named.contains(&column.as_str()), "{name}: the test names no column {column}");
    }
    let file = format!("{header}\r\n{}\r\n", rows.join("\r\n"));
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for row in csv(&mapping, file.as_bytes()).unwrap() {
        match row {
            Ok(submission) => {
                assert!(submission.key.as_str().starts_with("import:"));
                good.push(submission.complaint);
            }
            Err(errors) => bad.extend(errors),
        }
    }
    (good, bad)
}

fn fact(complaint: &RegisterComplaint, key: &str) -> Option<String> {
    complaint.facts.get(&FactKey::new(key).unwrap())?.as_text().map(str::to_owned)
}

#[test]
fn every_mapping_file_is_one() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/mappings");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let read = Mapping::from_yaml(&std::fs::read_to_string(&path).unwrap());
            assert!(read.is_ok(), "{}: {}", path.display(), read.unwrap_err());
            count += 1;
        }
    }
    assert_eq!(count, 10);
}

#[test]
fn cfpb_complaints_with_and_without_a_text() {
    let header = "Date received,Product,Sub-product,Issue,Sub-issue,Consumer complaint narrative,Company,State,ZIP code,Tags,Submitted via,Complaint ID,near_dup_group";
    let (good, bad) = read(
        "cfpb_complaints",
        header,
        &[
            "2014-10-10,Mortgage,,Loan servicing,,,Some Bank,VA,23804,,Referral,1001,",
            "2020-05-02,Credit card,Store card,Fees,Late fee,\"They charged \"\"me\"\" twice,\nand again.\",Other Bank,CA,900XX,Older American,Web,1002,g7",
            "2020-05-02,Credit card,,Fees,,,Other Bank,,,,Pigeon,1003,",
            "02/05/2020,Credit card,,Fees,,,Other Bank,,,,Web,,",
        ],
    );
    assert_eq!(good[0].narrative, "Product: Mortgage\nIssue: Loan servicing");
    assert_eq!((good[0].channel.as_str(), good[0].language), ("authority", Language::En));
    assert_eq!(good[0].received_at.unwrap().to_string(), "2014-10-10T04:00:00Z");
    assert!(good[1].narrative.ends_with("They charged \"me\" twice,\nand again."));
    assert_eq!((good[1].matter.as_deref(), good[0].matter.as_deref()), (Some("g7"), None));
    let said: Vec<_> = bad.iter().map(|error| (error.line, error.field.as_str())).collect();
    // The text of the second row runs over two lines.
    assert_eq!(said, [(5, "channel"), (6, "reference"), (6, "received_at")]);
}

#[test]
fn cfpb_texts() {
    let (good, bad) = read(
        "cfpb_narratives",
        "narrative_id,narrative,exact_dup_group",
        &["a-1,They kept {$39.00}.,", "a-2, ,", "a-1,Again.,"],
    );
    assert_eq!(good[0].narrative, "They kept {$39.00}.");
    let said: Vec<_> = bad.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        ["line 3: narrative: nothing stands here", "line 4: reference: the same reference stands in line 2"]
    );
    let (good, _) =
        read("cfpb_labelled5", "id,product,narrative_preprocessed", &["7,debt_collection,call every day"]);
    assert_eq!(fact(&good[0], "form_product").as_deref(), Some("debt_collection"));
}

#[test]
fn city_requests() {
    let header =
        "case_enquiry_id,open_dt,case_title,subject,reason,type,department,location,neighborhood,source";
    let (good, bad) = read(
        "boston311_2011h2",
        header,
        &[
            "101,2011-07-01 01:32:33,Street Light Out,Public Works,Street Lights,Street Light Outages,PWDx,1 Main St,Roslindale,Self Service",
            "102,2011-13-01 01:32:33,X,P,S,T,D,L,N,Smoke signals",
        ],
    );
    assert_eq!(good[0].narrative, "Street Light Out\nStreet Light Outages\n1 Main St");
    assert_eq!(
        (good[0].channel.as_str(), good[0].received_at.unwrap().to_string().as_str()),
        ("web", "2011-07-01T05:32:33Z")
    );
    assert_eq!((bad.len(), bad[0].field.as_str()), (1, "received_at"));
    let header = "Unique Key,Created Date,Agency,Complaint Type,Descriptor,Location Type,Incident Zip,Incident Address,City,Borough";
    let (good, bad) = read(
        "nyc311_20131225",
        header,
        &[
            "5,2013-12-25T00:00:00,HPD,HEATING,HEAT,,10032,1 BROADWAY,NEW YORK,MANHATTAN",
            "6,2013-12-25T23:58:40,DOT,Street Light Condition,Out,,,,,Unspecified",
        ],
    );
    assert!(bad.is_empty());
    assert_eq!(good[0].narrative, "HEATING\nHEAT\n1 BROADWAY, NEW YORK 10032");
    assert_eq!(
        (good[1].narrative.as_str(), fact(&good[1], "form_place")),
        ("Street Light Condition\nOut", None)
    );
    let header = "Ticket #,received_at,Customer Complaint,Received Via,City,State,Zip code,Filing on Behalf of Someone";
    let (good, _) = read(
        "fcc_comcast_2015",
        header,
        &["211,2015-01-04T10:43:20,Horrible Service,Customer Care Call,Lockport,Illinois,60441,No"],
    );
    assert_eq!((good[0].channel.as_str(), good[0].narrative.as_str()), ("phone", "Horrible Service"));
    assert_eq!(fact(&good[0], "form_on_behalf").as_deref(), Some("no"));
}

#[test]
fn messages_to_a_board() {
    let header = "留言编号,留言用户,留言主题,留言时间,留言详情";
    let row = "77,U0001,路灯不亮,2019-05-06T20:00:00,\"小区门口路灯坏了，请修。\"";
    for (name, more, values) in [
        ("zh_wenzheng_hotspot", ",点赞数,反对数", ",3,0"),
        ("zh_wenzheng_reply", ",答复意见", ",已修"),
        ("zh_wenzheng_labelled", ",一级标签", ",城乡建设"),
    ] {
        let (good, bad) =
            read(name, &format!("{header}{more}"), &[&format!("{row}{values}"), &format!(",,,,{values}")]);
        assert_eq!(good[0].narrative, "路灯不亮\n小区门口路灯坏了，请修。");
        assert_eq!(good[0].received_at.unwrap().to_string(), "2019-05-06T12:00:00Z");
        assert_eq!(good[0].complainant.name.as_deref(), Some("U0001"));
        assert_eq!(
            bad.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(),
            ["reference", "narrative"]
        );
    }
    let header = "编号,区,河流,性质,来源渠道,匿名实名,诉求日期,标题,诉求内容";
    let (good, bad) = read(
        "zh_fuzhou12345_water",
        header,
        &[
            "9,鼓楼区,白马河,举报,qq,匿名,2016-02-01,河水黑臭,请处理！",
            "10,,无,表扬,网站,实名,2006-12-07,很好,谢谢",
        ],
    );
    assert_eq!((good[0].channel.as_str(), good[0].kind.as_deref()), ("chat", Some("report")));
    assert_eq!(fact(&good[0], "form_place").as_deref(), Some("鼓楼区白马河"));
    assert_eq!(bad[0].to_string(), "line 3: kind: “表扬” is not among the values of the mapping");
}

#[test]
fn a_file_without_the_columns_or_with_broken_rows_says_so() {
    let mapping = mapping("fcc_comcast_2015");
    let missing = csv(&mapping, "Ticket #,City\r\n1,x\r\n".as_bytes()).err().unwrap().to_string();
    assert!(missing.contains("Customer Complaint") && missing.contains("Zip code"), "{missing}");
    let header = "Ticket #,received_at,Customer Complaint,Received Via,City,State,Zip code,Filing on Behalf of Someone\r\n";
    let mut file = header.as_bytes().to_vec();
    file.extend_from_slice(b"1,2015-01-04T10:43:20\r\n");
    file.extend_from_slice(b"2,2015-01-04T10:43:20,caf\xe9,Internet,a,b,c,No\r\n");
    file.extend_from_slice(b"3,2015-01-04T10:43:20,fine,Internet,a,b,c,No\r\n");
    let rows: Vec<_> = csv(&mapping, file.as_slice()).unwrap().collect();
    assert_eq!(rows[0].as_ref().unwrap_err()[0].to_string(), "line 2: row: 2 fields, the header has 8");
    assert_eq!(rows[1].as_ref().unwrap_err()[0].to_string(), "line 3: row: field 3 is not UTF-8");
    assert_eq!(rows[2].as_ref().unwrap().line, 4);
}

#[test]
fn lines_of_json_with_and_without_a_mapping() {
    let plain = concat!(
        "{\"channel\":\"phone\",\"narrative\":\"坏了\",\"external\":{\"source\":\"crm\",\"reference\":\"1\"}}\n",
        "\n",
        "{\"key\":\"k-2\",\"complaint\":{\"channel\":\"phone\",\"narrative\":\"坏了\"}}\n",
        "{\"channel\":\"phone\",\"narrative\":\"坏了\"}\n",
        "{\"channel\":\"phone\",\"colour\":1,\"narrative\":\"x\",\"key\":\"k\"}\n",
        "nonsense\n",
    );
    let rows: Vec<_> = ndjson(None, plain.as_bytes()).collect();
    assert_eq!(rows[0].as_ref().unwrap().key.as_str(), "import:crm:1");
    assert_eq!((rows[1].as_ref().unwrap().key.as_str(), rows[1].as_ref().unwrap().line), ("k-2", 3));
    let wrong =
        |at: usize| (rows[at].as_ref().unwrap_err()[0].line, rows[at].as_ref().unwrap_err()[0].field.clone());
    assert_eq!((wrong(2), wrong(3), wrong(4)), ((4, "key".into()), (5, "/colour".into()), (6, "row".into())));
    let mapping = mapping("cfpb_labelled5");
    let mapped = "{\"id\":7,\"product\":null,\"narrative_preprocessed\":\"call every day\"}\n";
    let rows: Vec<_> = ndjson(Some(&mapping), mapped.as_bytes()).collect();
    assert_eq!(rows[0].as_ref().unwrap().key.as_str(), "import:cfpb-labelled:7");
}

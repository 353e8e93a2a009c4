//! What a sender put a bundle under holds wherever its content may go from here.

use crate::desk::{DAY, Desk};
use itoguchi::bundle::token::Tokens;
use itoguchi::model::{Ticket, Tlp, Unit};
use itoguchi::store::TrustRow;
use itoguchi::workbench::Session;
use itoguchi::workbench::export::{Plan, review};
use itoguchi::workbench::receive::{Arrival, Judge, receive};

/// Rules that decided about the values of a received case, were it to be sent on.
fn rules_sent_on(tlp: Tlp) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let session = Session::create(&folder.path().join("00.itoguchi"), "00/special", "受領", Some(DAY)).unwrap();
    session.store.set_setting("training", "true", &session.author()).unwrap();
    let mut desk = Desk::new();
    desk.info.tlp = tlp;
    for entry in &desk.trust.entries {
        let may = entry.may.iter().map(|right| right.tag().to_owned()).collect();
        let row =
            TrustRow { public_key: entry.key.line(), unit: entry.unit.clone().unwrap(), name: entry.name.clone(), may };
        session.store.trust(&row, &session.author()).unwrap();
    }
    let value = serde_json::json!({
        "id": "o2", "kind": "ipv4", "shown": {"how": "kept", "text": "203.0.113.7"}, "token": null, "role": "suspect",
        "benign": false, "implied": false, "verified": true, "count": 3, "first": null, "last": null,
    });
    let case = serde_json::json!({"schema": "itoguchi/case@1", "case": {"id": "o1", "number": "1"}, "values": [value]});
    desk.payload[0].1 = case.to_string().into_bytes();
    desk.payload[2].1 = b"{\"message\":\"client: 203.0.113.7\",\"fields\":{\"client\":\"203.0.113.7\"}}\n".to_vec();
    let path = folder.path().join("a.itb.age");
    std::fs::write(&path, desk.sealed().0).unwrap();
    let judge = Judge::of_store(&session, desk.identity.clone()).unwrap();
    let arrival = receive(&session, &path, &judge, None, &Ticket::new()).unwrap();
    assert!(matches!(arrival, Arrival::Entered(entered) if entered.records == 1));
    let case = session.store.cases().unwrap()[0].case.clone();
    assert_eq!(case.tlp, tlp);
    let kept = session.store.evidence().unwrap();
    assert!(kept.iter().all(|one| one.acquisition.source_limit.as_deref() == Some(tlp.label())));
    assert!(kept.iter().all(|one| one.acquisition.from.as_deref() == Some("11/soumu")));
    assert_eq!(kept.iter().filter(|one| one.parent == Some(kept[0].key)).count(), kept.len() - 1);
    let plan = Plan {
        case: case.key.unwrap(),
        profile: "prefecture".to_owned(),
        receiver: Unit::from_path("27").unwrap(),
        records: Some("203.0.113.7".to_owned()),
        to: Vec::new(),
        texts: Vec::new(),
    };
    let clean = review(&session, &plan, &Tokens::new("e1", [7; 32]), &Ticket::new()).unwrap();
    assert_eq!(clean.tlp(), tlp);
    assert_eq!(clean.record_count(), usize::from(tlp != Tlp::Red));
    clean.decisions().iter().map(|decision| decision.rule.clone()).collect()
}

#[test]
fn what_came_for_named_eyes_goes_no_further() {
    assert_eq!(rules_sent_on(Tlp::Red), ["source-limit"]);
    assert_eq!(rules_sent_on(Tlp::Amber), ["network/suspect"]);
}

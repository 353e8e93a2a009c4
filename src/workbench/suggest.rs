//! What role a value may have, from the column or field it stands in. Only ever a suggestion: nothing is stated, stored or
//! sent because of it, and a person who knows the case decides.

use super::ask::{Hint, Said};
use super::error::Result;
use super::find;
use super::session::Session;
use crate::model::statement::RoleStatement;
use crate::model::{Class, Corpus as _, EvidenceKey, Extractor as _, Hits, Kind, Role, RowSet};
use roaring::RoaringBitmap;

/// Records looked at for one value, spread over where it stands.
const LOOKED_AT: u32 = 5;

/// Classes of values a rule speaks of, words of a field's name, the role, and why in both languages.
type Rule = (&'static [Class], &'static [&'static str], Role, (&'static str, &'static str));

const PEOPLE: &[Class] = &[Class::DirectId, Class::Money, Class::Crypto];
const ANY: &[Class] = &[Class::DirectId, Class::Money, Class::Crypto, Class::Network, Class::File];

/// The first rule that fits counts.
const RULES: [Rule; 7] = [
    (
        PEOPLE,
        &[
            "振込先",
            "相手口座",
            "相手先",
            "相手",
            "受取",
            "送金先",
            "送付先",
            "着金先",
            "出金先",
            "宛先アドレス",
            "宛先口座",
            "入金先",
            "payee",
            "beneficiary",
            "to_address",
            "to address",
            "toaccount",
            "to_account",
            "destination_address",
        ],
        Role::Suspect,
        ("金の行き先の欄", "a column for where money went"),
    ),
    (
        PEOPLE,
        &[
            "依頼人",
            "振込元",
            "送金元",
            "送付元",
            "入金元",
            "利用者",
            "契約者",
            "顧客",
            "会員",
            "登録電話",
            "登録メール",
            "payer",
            "customer",
            "from_address",
            "from_account",
        ],
        Role::Victim,
        ("利用者・依頼人の欄", "a column for the customer or payer"),
    ),
    (
        &[Class::Network],
        &[
            "c-ip",
            "client",
            "client_ip",
            "clientip",
            "remote_addr",
            "remote_host",
            "rhost",
            "src_ip",
            "source_ip",
            "id.orig_h",
            "ipaddress",
            "接続元",
            "アクセス元",
            "ログインip",
            "送信元",
        ],
        Role::Suspect,
        ("サーバへ接続してきた側の欄", "a field for who came to the server"),
    ),
    (
        &[Class::Network],
        &["s-ip", "server_ip", "local_ip", "host", "vhost", "computer", "自機", "被害"],
        Role::Victim,
        ("被害を受けたサーバの欄", "a field for the server itself"),
    ),
    (
        &[Class::Network],
        &[
            "dest_ip",
            "dst_ip",
            "id.resp_h",
            "dns.rrname",
            "rrname",
            "query",
            "http.hostname",
            "tls.sni",
            "通信先",
            "接続先",
            "誘導先",
            "url",
        ],
        Role::Infrastructure,
        ("通信先の欄", "a field for where traffic went"),
    ),
    (
        ANY,
        &["from", "reply-to", "return-path", "差出人", "送信者"],
        Role::Suspect,
        ("差出人の欄", "the sender of a message"),
    ),
    (ANY, &["to", "cc", "delivered-to", "宛先", "受信者"], Role::Victim, ("宛先の欄", "the receiver of a message")),
];

/// What a field of this name suggests for values of a class.
fn of_field(class: Class, name: &str) -> Option<&'static Rule> {
    let name = name.trim().to_lowercase();
    let last = name.rsplit(['.', '/']).next().unwrap_or(&name);
    // Words of other scripts count inside a name (`振込先口座番号`), ASCII ones only as a whole.
    let fits = |word: &&str| if word.is_ascii() { name == *word || last == *word } else { name.contains(*word) };
    RULES.iter().find(|(classes, words, ..)| classes.contains(&class) && words.iter().any(fits))
}

/// What the fields a value stands in suggest, if they agree.
pub fn hint(session: &Session, kind: Kind, value: &str) -> Result<Option<Hint>> {
    let Some(class) = session.indicators.about(kind).map(|about| about.class) else { return Ok(None) };
    let readings = session.store.readings()?;
    let mut found: Option<Hint> = None;
    for (evidence, rows) in session.store.rows_of(kind, value)?.iter() {
        let Some((field, beside)) = field_of(session, evidence, rows, (kind, value))? else { continue };
        let Some((_, _, role, (ja, en))) = of_field(class, &field) else { continue };
        let mut one = Hint { role: *role, why: Said::new(*ja, *en), field };
        if class == Class::Network && one.role == Role::Suspect {
            // Whoever comes to a server of the offence is more likely a victim.
            let case = readings.iter().find(|reading| reading.evidence == evidence).and_then(|reading| reading.case);
            let stated = case.map(|case| session.store.roles(case)).transpose()?.unwrap_or_default();
            let offends = |said: &RoleStatement| {
                said.role == Role::Infrastructure
                    && beside.iter().any(|(kind, value)| said.kind == *kind && said.value == *value)
            };
            if stated.iter().any(offends) {
                one.role = Role::Victim;
                one.why =
                    Said::new("犯罪インフラへ接続してきた側の欄", "a field for who came to a server of the offence");
            }
        }
        if found.as_ref().is_some_and(|known| known.role != one.role) {
            return Ok(None);
        }
        found.get_or_insert(one);
    }
    Ok(found)
}

/// Values of one record.
type Values = Vec<(Kind, String)>;

/// The field that holds the value in some records of an evidence, and what stands beside it there.
fn field_of(
    session: &Session,
    evidence: EvidenceKey,
    rows: &RoaringBitmap,
    (kind, value): (Kind, &str),
) -> Result<Option<(String, Values)>> {
    let step = usize::try_from(rows.len() / u64::from(LOOKED_AT)).unwrap_or(1).max(1);
    let picked: RoaringBitmap = rows.iter().step_by(step).take(LOOKED_AT.try_into().unwrap_or(1)).collect();
    let (mut field, mut beside) = (None, Vec::new());
    find::each_row(session, &RowSet::of(evidence, picked), u64::from(LOOKED_AT), &mut |row| {
        if field.is_none() {
            field = holder(session, &row, kind, value);
        }
        beside.extend(find::values_of(session, &row.text));
        Ok(())
    })?;
    Ok(field.map(|field| (field, beside)))
}

/// The field of a record in which a value ends: an account's bank stands in other columns than its number.
fn holder(session: &Session, row: &find::Row, kind: Kind, value: &str) -> Option<String> {
    let mut hits = Hits::default();
    session.indicators.find(&row.text, &mut hits);
    let span = hits.iter().find(|(hit, found)| hit.kind == kind && *found == value).map(|(hit, _)| hit.span.clone())?;
    let last = span.end.saturating_sub(1) as usize;
    let mut from = 0;
    let mut inside = None;
    for (name, text) in &row.fields {
        let Some(at) = row.text.get(from..).and_then(|rest| rest.find(text.as_str())).map(|at| from + at) else {
            continue;
        };
        if (at..at + text.len()).contains(&last) {
            inside = Some(name.clone());
        }
        // Fields may lie one inside another, so the next is looked for from the beginning of this one.
        from = at;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_fields_suggest_and_others_do_not() {
        let role = |class, name| of_field(class, name).map(|(_, _, role, _)| *role);
        assert_eq!(role(Class::Money, "振込先口座番号"), Some(Role::Suspect));
        assert_eq!(role(Class::DirectId, "依頼人電話"), Some(Role::Victim));
        assert_eq!(role(Class::Network, "client"), Some(Role::Suspect));
        assert_eq!(role(Class::Network, "dns.rrname"), Some(Role::Infrastructure));
        assert_eq!(role(Class::DirectId, "to"), Some(Role::Victim));
        assert_eq!(role(Class::Money, "total"), None);
        assert_eq!(role(Class::Money, "client"), None);
        assert_eq!(role(Class::Network, "備考"), None);
    }
}

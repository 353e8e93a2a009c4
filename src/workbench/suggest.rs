//! What role a value may have, from the column or field it stands in. Only ever a suggestion: nothing is stated, stored or
//! sent because of it, and a person who knows the case decides.
//!
//! Whoever came to a server is a suspect at a victim's and a victim at an offender's, so nothing is said of clients until
//! somebody stated the role of a server that stands in the same record, and nothing of servers and destinations at all.

use super::ask::{Hint, Said};
use super::error::Result;
use super::find;
use super::session::Session;
use super::settled::Finder;
use crate::model::{Class, Corpus as _, EvidenceKey, Extractor as _, Hits, Kind, Role, RowSet};
use roaring::RoaringBitmap;

/// Records looked at for one value, spread over where it stands.
const LOOKED_AT: u32 = 5;

/// Fields that name the server a record is about.
const SERVERS: [&str; 18] = [
    "s-ip",
    "server_ip",
    "local_ip",
    "host",
    "vhost",
    "computer",
    "hostname",
    "sni",
    "dest_ip",
    "dst_ip",
    "id.resp_h",
    "resp_h",
    "cs-host",
    "url",
    "サーバ",
    "自機",
    "通信先",
    "接続先",
];

/// What a field's name says of a value in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// It plays this role; why in both languages.
    Of(Role, (&'static str, &'static str)),
    /// It came to a server: its role hangs on the server's.
    Client,
}

/// Classes of values a rule speaks of, words of a field's name, and what they say.
type Rule = (&'static [Class], &'static [&'static str], Part);

const PEOPLE: &[Class] = &[Class::DirectId, Class::Money, Class::Crypto];
const ANY: &[Class] = &[Class::DirectId, Class::Money, Class::Crypto, Class::Network, Class::File];

/// The first rule that fits counts.
const RULES: [Rule; 6] = [
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
        Part::Of(Role::Suspect, ("金の行き先の欄", "a column for where money went")),
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
        Part::Of(Role::Victim, ("利用者・依頼人の欄", "a column for the customer or payer")),
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
        Part::Client,
    ),
    (
        &[Class::Network],
        &["誘導先"],
        Part::Of(Role::Infrastructure, ("誘導先の欄", "a field for where people were led")),
    ),
    (
        ANY,
        &["from", "reply-to", "return-path", "差出人", "送信者"],
        Part::Of(Role::Suspect, ("差出人の欄", "the sender of a message")),
    ),
    (
        ANY,
        &["to", "cc", "delivered-to", "宛先", "受信者"],
        Part::Of(Role::Victim, ("宛先の欄", "the receiver of a message")),
    ),
];

/// Whether a field's name is one of these words.
fn is_named(name: &str, words: &[&str]) -> bool {
    let name = name.trim().to_lowercase();
    let last = name.rsplit(['.', '/']).next().unwrap_or(&name);
    // Words of other scripts count inside a name (`振込先口座番号`), ASCII ones only as a whole.
    words.iter().any(|word| if word.is_ascii() { name == *word || last == *word } else { name.contains(word) })
}

/// What a field of this name suggests for values of a class.
fn of_field(class: Class, name: &str) -> Option<Part> {
    let rule = RULES.iter().find(|(classes, words, _)| classes.contains(&class) && is_named(name, words));
    rule.map(|(.., part)| *part)
}

/// What a client of these servers may be, by the roles stated of them; nothing where none was, or where they disagree.
fn of_client(
    client: (Kind, &str),
    servers: &Values,
    stated: impl Fn(Kind, &str) -> Result<Vec<Role>>,
) -> Result<Option<(Role, (&'static str, &'static str))>> {
    let mut said = Vec::new();
    for (kind, server) in servers.iter().filter(|(kind, server)| (*kind, server.as_str()) != client) {
        said.extend(stated(*kind, server)?);
    }
    let mut roles = said.into_iter().map(|role| match role {
        Role::Infrastructure => Some(Role::Victim),
        Role::Victim | Role::Relay => Some(Role::Suspect),
        Role::Suspect | Role::Witness | Role::Officer => None,
    });
    let first = roles.next().flatten();
    Ok(first.filter(|_| roles.all(|role| role == first)).map(|role| match role {
        Role::Victim => (role, ("犯罪インフラへ接続してきた側の欄", "a field for who came to a server of the offence")),
        _ => (role, ("被害サーバへ接続してきた側の欄", "a field for who came to the victim's server")),
    }))
}

/// What the fields a value stands in suggest, if they agree.
pub fn hint(session: &Session, kind: Kind, value: &str) -> Result<Option<Hint>> {
    let Some(class) = session.indicators.about(kind).map(|about| about.class) else { return Ok(None) };
    let (readings, extractor) = (session.store.readings()?, session.extractor()?);
    let mut found: Option<Hint> = None;
    for (evidence, rows) in session.store.rows_of(kind, value)?.iter() {
        let Some((field, servers)) = field_of(session, &extractor, (evidence, rows), (kind, value))? else { continue };
        let (role, (ja, en)) = match of_field(class, &field) {
            None => continue,
            Some(Part::Of(role, why)) => (role, why),
            Some(Part::Client) => {
                let case =
                    readings.iter().find(|reading| reading.evidence == evidence).and_then(|reading| reading.case);
                let Some(case) = case else { continue };
                let stated = |kind, server: &str| Ok(session.store.roles_of(case, kind, server)?);
                let Some(client) = of_client((kind, value), &servers, stated)? else { continue };
                client
            }
        };
        let one = Hint { role, why: Said::new(ja, en), field };
        if found.as_ref().is_some_and(|known| known.role != one.role) {
            return Ok(None);
        }
        found.get_or_insert(one);
    }
    Ok(found)
}

/// Values with their kinds.
type Values = Vec<(Kind, String)>;

/// The field that holds the value in some records of an evidence, and the servers these name.
fn field_of(
    session: &Session,
    extractor: &Finder,
    (evidence, rows): (EvidenceKey, &RoaringBitmap),
    (kind, value): (Kind, &str),
) -> Result<Option<(String, Values)>> {
    let step = usize::try_from(rows.len() / u64::from(LOOKED_AT)).unwrap_or(1).max(1);
    let picked: RoaringBitmap = rows.iter().step_by(step).take(LOOKED_AT.try_into().unwrap_or(1)).collect();
    let (mut field, mut servers) = (None, Vec::new());
    find::each_row(session, &RowSet::of(evidence, picked), u64::from(LOOKED_AT), &mut |row| {
        if field.is_none() {
            field = holder(extractor, &row, kind, value);
        }
        for (_, text) in row.fields.iter().filter(|(name, _)| is_named(name, &SERVERS)) {
            servers.extend(find::values_of(extractor, text));
        }
        Ok(())
    })?;
    Ok(field.map(|field| (field, servers)))
}

/// The field of a record in which a value ends: an account's bank stands in other columns than its number.
fn holder(extractor: &Finder, row: &find::Row, kind: Kind, value: &str) -> Option<String> {
    let mut hits = Hits::default();
    extractor.find(&row.text, &mut hits);
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
        let role = |class, name| {
            of_field(class, name).map(|part| match part {
                Part::Of(role, _) => Some(role),
                Part::Client => None,
            })
        };
        assert_eq!(role(Class::Money, "振込先口座番号"), Some(Some(Role::Suspect)));
        assert_eq!(role(Class::DirectId, "依頼人電話"), Some(Some(Role::Victim)));
        assert_eq!(role(Class::Network, "client"), Some(None));
        assert_eq!(role(Class::Network, "dest_ip"), None, "most traffic goes to nobody's infrastructure");
        assert_eq!(role(Class::Network, "host"), None);
        assert_eq!(role(Class::DirectId, "to"), Some(Some(Role::Victim)));
        assert_eq!(role(Class::Money, "total"), None);
        assert_eq!(role(Class::Money, "client"), None);
        assert_eq!(role(Class::Network, "備考"), None);
    }

    #[test]
    fn a_client_is_what_the_stated_role_of_its_server_makes_it() {
        let kind = |tag| Kind::from_tag(tag).unwrap();
        let said = |tag, value: &'static str, role| (kind(tag), value, role);
        let client = (kind("ipv4"), "198.51.100.7");
        let beside = vec![(kind("ipv4"), "198.51.100.7".to_owned()), (kind("domain"), "login.example.jp".to_owned())];
        let role = |said: &[(Kind, &str, Role)]| {
            let of = |kind, value: &str| {
                Ok(said.iter().filter(|one| (one.0, one.1) == (kind, value)).map(|one| one.2).collect())
            };
            of_client(client, &beside, of).unwrap().map(|(role, _)| role)
        };
        let server = |role| said("domain", "login.example.jp", role);
        assert_eq!(role(&[]), None);
        assert_eq!(role(&[server(Role::Infrastructure)]), Some(Role::Victim));
        assert_eq!(role(&[server(Role::Victim)]), Some(Role::Suspect));
        assert_eq!(role(&[server(Role::Victim), server(Role::Infrastructure)]), None, "they disagree");
        assert_eq!(role(&[said("ipv4", "198.51.100.7", Role::Victim)]), None, "its own role says nothing of a server");
        assert_eq!(role(&[said("domain", "other.example.jp", Role::Victim)]), None, "elsewhere");
    }
}

//! What the gate says by tags, in people's words: rules, checks, units.

use crate::bundle::check::CHECKS;
use crate::bundle::policy::Profile;
use crate::model::{Lang, Role, Text};
use crate::workbench::answer::said;
use crate::workbench::ask::{CheckLine, Said, unit_name};

/// The rule that decided about a value. `kind` gives the label of a kind that has a rule of its own.
pub(super) fn rule(tag: &str, kind: impl Fn(&str) -> Option<Text>) -> Said {
    let (rule, part) = tag.split_once(", ").unwrap_or((tag, ""));
    let mut out = match rule.split_once('/') {
        _ if rule == "unknown-kind" => Said::new("知らない種別は除外", "unknown kinds are withheld"),
        Some((_, "never")) => Said::new("どこにも出さない種別", "a kind that never leaves"),
        Some(("file", "listed")) => Said::new("公知のハッシュ値", "a listed hash"),
        Some((of, column)) => {
            let of = class(of).or_else(|| kind(of)).map_or_else(|| said(of), |text| Said::new(text.ja, text.en));
            let by = match column {
                "benign" => Text::new("既知の無害・共用", "known benign"),
                _ => Role::from_tag(column).map_or(Role::not_stated(), Role::text),
            };
            Said::new(format!("{}・{}", of.ja, by.ja), format!("{}: {}", of.en, by.en.to_lowercase()))
        }
        None => said(rule),
    };
    if !part.is_empty() {
        out = Said::new(format!("{}（一部が出せない値）", out.ja), format!("{} (a part of it may not leave)", out.en));
    }
    out
}

fn class(tag: &str) -> Option<Text> {
    Some(match tag {
        "network" => Text::new("通信", "Network"),
        "file" => Text::new("ファイル", "File"),
        "knowledge" => Text::new("公知の番号", "Public knowledge"),
        "direct-id" => Text::new("本人を示す値", "Names a person"),
        "money" => Text::new("口座・カード", "Account or card"),
        "crypto" => Text::new("暗号資産", "Crypto-asset"),
        _ => return None,
    })
}

/// A check of a bundle.
pub(super) fn check_line(check: &str, ok: Option<bool>, detail: Said) -> CheckLine {
    let known = CHECKS.iter().find(|(name, _)| *name == check);
    let label = known.map_or_else(|| said(check), |(_, label)| Said::new(label.ja, label.en));
    let detail = if ok == Some(true) { named(check, detail) } else { detail };
    CheckLine { check: check.to_owned(), label, ok, detail }
}

/// What a check found, with units and profiles by their names.
fn named(check: &str, detail: Said) -> Said {
    let text = detail.ja.as_str();
    let found = match check {
        "receiver" => Some(unit_name(text)),
        "prepare-right" | "approve-right" => text.rsplit_once('@').map(|(name, unit)| {
            // As `allowed_signers` has it: no blank stands in a name there.
            let (name, unit) = (name.replace('_', " "), unit_name(unit));
            Said::new(format!("{name}（{}）", unit.ja), format!("{name} ({})", unit.en))
        }),
        "profile" => text.split_once(' ').and_then(|(name, serial)| {
            let profile = Profile::named(name).ok()?;
            let (ja, en) = (profile.label(Lang::Ja), profile.label(Lang::En));
            Some(Said::new(format!("{ja}　第{serial}版"), format!("{en}, serial {serial}")))
        }),
        _ => None,
    };
    found.unwrap_or(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tag_of_the_gate_reaches_a_person() {
        let kind = |tag: &str| (tag == "phone").then_some(Text::new("電話番号", "Phone number"));
        let ja = |tag| rule(tag, kind).ja;
        assert_eq!(ja("network/not-stated"), "通信・役割未確定");
        assert_eq!(ja("phone/victim"), "電話番号・被害者");
        assert_eq!(ja("network/suspect, part not kept"), "通信・被疑者側（一部が出せない値）");
        assert_eq!(ja("my_number/never"), "どこにも出さない種別");
        let line = |check, text| check_line(check, Some(true), said(text));
        assert_eq!(line("prepare-right", "佐藤_花子@27").detail.ja, "佐藤 花子（大阪府警察）");
        assert_eq!(line("receiver", "00/special").detail.en, "National Cyber Department");
        assert_eq!(line("profile", "national 1").detail.ja, "サイバー特別捜査部への報告　第1版");
        assert!(CHECKS.iter().all(|(check, _)| line(check, "").label.ja != *check));
    }
}

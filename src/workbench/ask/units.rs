//! What units are called: prefectural police by JIS X 0401 code, and the national bodies. Names only; rights come from
//! the trust list.

use super::Said;
use crate::model::Unit;

/// The unit of a store made for work at hand, before anybody said whose it is.
pub const UNSET_UNIT: &str = "00/desk";

/// National bodies.
pub const NATIONAL: [(&str, &str, &str); 3] = [
    ("00/bureau", "警察庁サイバー警察局", "NPA Cyber Affairs Bureau"),
    ("00/special", "サイバー特別捜査部", "National Cyber Department"),
    ("00/tokuryu", "匿流情報分析室", "NPA tokuryu analysis office"),
];

/// Prefectural police, the one of code 01 first.
const PREFECTURES: [(&str, &str); 47] = [
    ("北海道警察", "Hokkaido Police"),
    ("青森県警察", "Aomori Police"),
    ("岩手県警察", "Iwate Police"),
    ("宮城県警察", "Miyagi Police"),
    ("秋田県警察", "Akita Police"),
    ("山形県警察", "Yamagata Police"),
    ("福島県警察", "Fukushima Police"),
    ("茨城県警察", "Ibaraki Police"),
    ("栃木県警察", "Tochigi Police"),
    ("群馬県警察", "Gunma Police"),
    ("埼玉県警察", "Saitama Police"),
    ("千葉県警察", "Chiba Police"),
    ("警視庁", "Tokyo Metropolitan Police"),
    ("神奈川県警察", "Kanagawa Police"),
    ("新潟県警察", "Niigata Police"),
    ("富山県警察", "Toyama Police"),
    ("石川県警察", "Ishikawa Police"),
    ("福井県警察", "Fukui Police"),
    ("山梨県警察", "Yamanashi Police"),
    ("長野県警察", "Nagano Police"),
    ("岐阜県警察", "Gifu Police"),
    ("静岡県警察", "Shizuoka Police"),
    ("愛知県警察", "Aichi Police"),
    ("三重県警察", "Mie Police"),
    ("滋賀県警察", "Shiga Police"),
    ("京都府警察", "Kyoto Police"),
    ("大阪府警察", "Osaka Police"),
    ("兵庫県警察", "Hyogo Police"),
    ("奈良県警察", "Nara Police"),
    ("和歌山県警察", "Wakayama Police"),
    ("鳥取県警察", "Tottori Police"),
    ("島根県警察", "Shimane Police"),
    ("岡山県警察", "Okayama Police"),
    ("広島県警察", "Hiroshima Police"),
    ("山口県警察", "Yamaguchi Police"),
    ("徳島県警察", "Tokushima Police"),
    ("香川県警察", "Kagawa Police"),
    ("愛媛県警察", "Ehime Police"),
    ("高知県警察", "Kochi Police"),
    ("福岡県警察", "Fukuoka Police"),
    ("佐賀県警察", "Saga Police"),
    ("長崎県警察", "Nagasaki Police"),
    ("熊本県警察", "Kumamoto Police"),
    ("大分県警察", "Oita Police"),
    ("宮崎県警察", "Miyazaki Police"),
    ("鹿児島県警察", "Kagoshima Police"),
    ("沖縄県警察", "Okinawa Police"),
];

/// What a unit is called; its path where nothing better is known.
#[must_use]
pub fn unit_name(path: &str) -> Said {
    if path == UNSET_UNIT {
        return Said::new("所属未定", "Unit not stated");
    }
    if let Some((_, ja, en)) = NATIONAL.iter().find(|(known, ..)| *known == path) {
        return Said::new(*ja, *en);
    }
    let (code, rest) = path.split_once('/').unwrap_or((path, ""));
    if code == "public" {
        return Said::new("公表", "the public");
    }
    if code == "abroad" {
        return match rest.split_once('/') {
            Some((country, name)) => {
                let country = country.to_uppercase();
                Said::new(format!("外国機関 {name}（{country}）"), format!("foreign authority {name} ({country})"))
            }
            None => Said::new(path, path),
        };
    }
    if code == "org" {
        return match rest.strip_prefix("bank/") {
            Some(bank) => Said::new(format!("金融機関 {bank}"), format!("bank {bank}")),
            None => Said::new(format!("事業者等 {rest}"), format!("organisation {rest}")),
        };
    }
    let name = code.parse::<usize>().ok().and_then(|code| PREFECTURES.get(code.checked_sub(1)?));
    match name {
        Some((ja, en)) if rest.is_empty() => Said::new(*ja, *en),
        Some((ja, en)) => Said::new(format!("{ja} {rest}"), format!("{en}, {rest}")),
        None => Said::new(path, path),
    }
}

/// Every unit that has a name: prefectures by code, then the national bodies.
#[must_use]
pub fn named_units() -> Vec<(Unit, Said)> {
    let prefectures = (1..=PREFECTURES.len()).map(|code| format!("{code:02}"));
    let paths = prefectures.chain(NATIONAL.iter().map(|(path, ..)| (*path).to_owned()));
    paths.filter_map(|path| Some((Unit::from_path(&path)?, unit_name(&path)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_called_by_their_names() {
        assert_eq!(unit_name("13").ja, "警視庁");
        assert_eq!(unit_name("27/sounan").en, "Osaka Police, sounan");
        assert_eq!(unit_name("00/special").ja, "サイバー特別捜査部");
        assert_eq!(unit_name("00/other").ja, "00/other");
        assert_eq!(named_units().len(), 50);
    }
}

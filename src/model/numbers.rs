//! Numbers as people read them.

/// `5016409` as `5,016,409`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 record`, `412 records`: an English noun with its number.
#[must_use]
pub fn many(number: u64, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if number == 1 => format!("1 {noun}"),
        Some(stem) => format!("{} {stem}ies", grouped(number)),
        None => format!("{} {noun}s", grouped(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_separators_and_nouns_their_number() {
        assert_eq!([0, 999, 1_000, 5_016_409].map(grouped), ["0", "999", "1,000", "5,016,409"]);
        assert_eq!([many(1, "entry"), many(1_204, "entry"), many(0, "node")], ["1 entry", "1,204 entries", "0 nodes"]);
    }
}

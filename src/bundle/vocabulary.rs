//! Closed vocabularies: the only words of a record that leave without being an indicator. What is not listed stays behind.
//!
//! A field leaves under its own name only if the name is listed here too: names of columns and keys come from the evidence
//! and may hold anything.

/// What may be shown of a field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// One of these words, compared without case.
    Words(&'static [&'static str]),
    /// A whole number of at most nine digits that does not begin with 0.
    Number,
    /// A port.
    Port,
    /// A sum of money or of a crypto-asset.
    Amount,
    /// The path of a request, without its query.
    Path,
    /// A user agent, told by its family.
    Agent,
    /// A message of a system log, told by its known words.
    Message,
}

const METHODS: &[&str] = &["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PROPFIND"];
const PROTOCOLS: &[&str] = &["HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/2", "HTTP/3", "HTTP/3.0"];
const TRANSPORTS: &[&str] = &["TCP", "UDP", "ICMP", "ICMPv6", "IPv6-ICMP", "SCTP", "GRE", "ESP"];
const PROCESSES: &[&str] = &[
    "sshd",
    "sshd-session",
    "sudo",
    "su",
    "CRON",
    "cron",
    "crond",
    "kernel",
    "systemd",
    "systemd-logind",
    "login",
    "named",
    "nginx",
    "httpd",
    "apache2",
    "dovecot",
    "postfix/smtpd",
    "postfix/smtp",
    "vsftpd",
    "openvpn",
    "charon",
];
const EVENTS: &[&str] = &[
    "flow", "netflow", "dns", "http", "tls", "alert", "fileinfo", "ssh", "smtp", "smb", "ftp", "rdp", "dhcp", "drop",
    "anomaly", "stats", "quic", "snmp", "tftp", "krb5", "ike",
];
const RECORD_TYPES: &[&str] = &[
    "A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "PTR", "SRV", "HTTPS", "ANY", "query", "answer", "request",
    "response",
];
const TLS: &[&str] = &["TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3", "SSLv3"];
const DEALS: &[&str] = &[
    "入金",
    "出金",
    "振込",
    "振替",
    "送金",
    "送付",
    "受取",
    "出庫",
    "入庫",
    "購入",
    "売却",
    "現物買",
    "現物売",
    "買",
    "売",
    "日本円入金",
    "日本円出金",
    "交換",
    "手数料",
    "口座振替",
    "ATM入金",
    "ATM出金",
    "deposit",
    "withdrawal",
    "transfer",
    "buy",
    "sell",
    "trade",
    "in",
    "out",
    "fee",
    "send",
    "receive",
];
const ASSETS: &[&str] = &[
    "BTC",
    "ETH",
    "XRP",
    "USDT",
    "USDC",
    "JPY",
    "USD",
    "EUR",
    "LTC",
    "BCH",
    "DOGE",
    "TRX",
    "SOL",
    "XMR",
    "ADA",
    "DOT",
    "BNB",
    "MATIC",
    "POL",
    "DAI",
    "JPYC",
    "円",
    "日本円",
];
const SSH_METHODS: &[&str] = &["password", "publickey", "keyboard-interactive/pam", "none", "hostbased"];

/// Formats and the fields of each that may be shown. Names of columns are compared folded.
const FIELDS: &[(&str, &[(&str, Shape)])] = &[
    (
        "access",
        &[
            ("method", Shape::Words(METHODS)),
            ("protocol", Shape::Words(PROTOCOLS)),
            ("status", Shape::Number),
            ("bytes", Shape::Number),
            ("path", Shape::Path),
            ("agent", Shape::Agent),
        ],
    ),
    (
        "syslog",
        &[
            ("process", Shape::Words(PROCESSES)),
            ("method", Shape::Words(SSH_METHODS)),
            ("port", Shape::Port),
            ("proto", Shape::Words(TRANSPORTS)),
            ("spt", Shape::Port),
            ("dpt", Shape::Port),
            ("message", Shape::Message),
        ],
    ),
    (
        "jsonl",
        &[
            ("event_type", Shape::Words(EVENTS)),
            ("proto", Shape::Words(TRANSPORTS)),
            ("app_proto", Shape::Words(EVENTS)),
            ("src_port", Shape::Port),
            ("dest_port", Shape::Port),
            ("dst_port", Shape::Port),
            ("alert.signature_id", Shape::Number),
            ("alert.severity", Shape::Number),
            ("http.http_method", Shape::Words(METHODS)),
            ("http.protocol", Shape::Words(PROTOCOLS)),
            ("http.status", Shape::Number),
            ("http.length", Shape::Number),
            ("dns.type", Shape::Words(RECORD_TYPES)),
            ("dns.rrtype", Shape::Words(RECORD_TYPES)),
            ("tls.version", Shape::Words(TLS)),
            ("fileinfo.size", Shape::Number),
            ("flow.bytes_toserver", Shape::Number),
            ("flow.bytes_toclient", Shape::Number),
        ],
    ),
    (
        "delimited",
        &[
            ("種別", Shape::Words(DEALS)),
            ("取引種別", Shape::Words(DEALS)),
            ("取引区分", Shape::Words(DEALS)),
            ("type", Shape::Words(DEALS)),
            ("銘柄", Shape::Words(ASSETS)),
            ("通貨", Shape::Words(ASSETS)),
            ("currency", Shape::Words(ASSETS)),
            ("asset", Shape::Words(ASSETS)),
            ("数量", Shape::Amount),
            ("手数料", Shape::Amount),
            ("円換算", Shape::Amount),
            ("金額", Shape::Amount),
            ("入金額", Shape::Amount),
            ("出金額", Shape::Amount),
            ("送金額", Shape::Amount),
            ("振込金額", Shape::Amount),
            ("取引金額", Shape::Amount),
            ("amount", Shape::Amount),
            ("fee", Shape::Amount),
            ("value", Shape::Amount),
        ],
    ),
];

/// Names under which a field that is wholly one value may be shown; elsewhere the value's kind stands for the name.
const NEUTRAL: &[&str] = &[
    "client",
    "src_ip",
    "dest_ip",
    "dst_ip",
    "src",
    "dst",
    "referrer",
    "url",
    "host",
    "vhost",
    "hostname",
    "http.hostname",
    "dns.rrname",
    "tls.sni",
    "rhost",
    "ipアドレス",
    "接続元ip",
    "ログインip",
    "送付先アドレス",
    "相手アドレス",
    "txid",
    "口座番号",
    "相手口座番号",
    "メールアドレス",
    "登録メール",
    "電話番号",
    "登録電話",
    "address",
    "email",
    "phone",
    "sha256",
    "sha1",
    "md5",
    "fileinfo.sha256",
    "fileinfo.sha1",
    "fileinfo.md5",
];

/// What may be shown of this field of this format.
pub(super) fn shape(format: &str, folded_name: &str) -> Option<(&'static str, Shape)> {
    let (_, fields) = FIELDS.iter().find(|(known, _)| *known == format)?;
    fields.iter().find(|(name, _)| *name == folded_name).copied()
}

/// The listed spelling of a neutral field name.
pub(super) fn neutral(folded_name: &str) -> Option<&'static str> {
    NEUTRAL.iter().find(|name| **name == folded_name).copied()
}

/// The listed name of a format, or `text`.
pub(super) fn format_name(format: &str) -> &'static str {
    FIELDS.iter().find(|(known, _)| *known == format).map_or("text", |(known, _)| *known)
}

/// Whether a text is wholly a listed word of any field, or words of system messages alone.
pub(super) fn is_known(text: &str) -> bool {
    let listed = FIELDS.iter().flat_map(|(_, fields)| fields.iter()).any(|(_, shape)| match shape {
        Shape::Words(words) => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
        _ => false,
    });
    listed || text.split_whitespace().all(is_log_word)
}

/// Words of system messages that say nothing about a person.
const LOG_WORDS: &str = "\
    accepted failed postponed partial invalid illegal user for from port ssh2 by to password publickey none \
    hostbased connection closed reset authenticating received disconnect disconnected disconnecting too many \
    authentication failures failure maximum attempts exceeded error [preauth] bye session opened server listening on \
    timeout before did not receive identification string bad protocol version unable negotiate no matching key \
    exchange method found message repeated times the a of with starting stopping subsystem request sftp rsa ed25519 \
    ecdsa pam: root admin test guest oracle postgres mysql ubuntu debian centos pi ftp ftpuser www www-data nagios \
    git backup deploy jenkins tomcat webmaster support info operator nobody daemon administrator";

/// Whether a word of a message may be shown.
pub(super) fn is_log_word(word: &str) -> bool {
    LOG_WORDS.split(' ').any(|known| known.eq_ignore_ascii_case(word))
}

/// Words of paths: what servers, frameworks and kits call their parts.
const PATH_WORDS: &str = "\
    account actuator admin ajax api app apps asp aspx assets auth backup bank bin blog boaform bot bundle cache card \
    cart cgi check client cmd code common config confirm console contact content css csv dashboard data db delete \
    detail do done download dump edit env error exe export favicon fetch file files font fonts form formlogin gate \
    get gif git head health help history home hook htm html ico image images img inc includes index info init \
    install item jpeg jpg js json jsp kit lib list log login logo logout logs mail main manage manager media menu \
    mobile news next notify ok order otp page pages panel password pay payment php phpmyadmin pma png portal post \
    private product profile public push report reset rest result review robots save script search security send \
    server session set setup shell shop sms sql start static status step style submit support svg swagger sync \
    system tar temp template test text themes thinkphp tmp token top txt ui update upload uploads user users v \
    vendor verify version view web webhook well known woff wordpress wp ws xml xmlrpc zip 7z rar gz";

/// Whether a part of a path is made of listed words and of numbers of at most four digits.
pub(super) fn is_path_part(part: &str) -> bool {
    let lower = part.to_ascii_lowercase();
    let numbers = lower.bytes().filter(u8::is_ascii_digit).count();
    numbers <= 4
        && lower.split(['.', '-', '_']).all(|word| {
            let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
            word.is_empty() || PATH_WORDS.split(' ').any(|known| known == word)
        })
}

/// Marks of user agents, the first that fits counts, with the name shown.
const AGENTS: &[(&str, &str)] = &[
    ("sqlmap/", "sqlmap"),
    ("nikto/", "Nikto"),
    ("zgrab/", "zgrab"),
    ("masscan/", "masscan"),
    ("nmap", "Nmap"),
    ("nuclei", "Nuclei"),
    ("gobuster/", "gobuster"),
    ("hydra", "Hydra"),
    ("curl/", "curl"),
    ("wget/", "Wget"),
    ("python-requests/", "python-requests"),
    ("python-urllib/", "Python-urllib"),
    ("aiohttp/", "aiohttp"),
    ("go-http-client/", "Go-http-client"),
    ("libwww-perl/", "libwww-perl"),
    ("okhttp/", "okhttp"),
    ("java/", "Java"),
    ("googlebot/", "Googlebot"),
    ("bingbot/", "bingbot"),
    ("edg/", "Edge"),
    ("opr/", "Opera"),
    ("crios/", "Chrome"),
    ("firefox/", "Firefox"),
    ("chrome/", "Chrome"),
    ("version/", "Safari"),
];
const PLATFORMS: &[(&str, &str)] = &[
    ("windows", "Windows"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", "Android"),
    ("macintosh", "Macintosh"),
    ("linux", "Linux"),
];

/// A user agent told in our words: family, first number of its version, platform. Nothing is copied but that number.
pub(super) fn agent(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (mark, family) = AGENTS.iter().find(|(mark, _)| lower.contains(mark))?;
    let rest = lower.split_once(mark).map_or("", |(_, rest)| rest);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let mut out = (*family).to_owned();
    if (1..=3).contains(&digits) {
        out.push(' ');
        out.push_str(rest.get(..digits).unwrap_or(""));
    }
    if let Some((_, platform)) = PLATFORMS.iter().find(|(mark, _)| lower.contains(mark)) {
        out.push(' ');
        out.push_str(platform);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fold::fold;

    #[test]
    fn listed_names_are_in_folded_form() {
        for name in
            NEUTRAL.iter().copied().chain(FIELDS.iter().flat_map(|(_, fields)| fields.iter().map(|(name, _)| *name)))
        {
            assert_eq!(fold(name), name);
        }
    }

    #[test]
    fn path_parts_are_known_words() {
        for known in ["panel", "export.php", "wp-login.php", "app.css", ".env", "v2", ""] {
            assert!(is_path_part(known), "{known}");
        }
        for unknown in ["hanako", "yamada-taro", "bc1qaaaaaaaa", "0900000000", "2e5041", "u@example.jp"] {
            assert!(!is_path_part(unknown), "{unknown}");
        }
    }

    #[test]
    fn agents_are_told_by_family_alone() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/124.0.0.0 Safari/537.36";
        assert_eq!(agent(chrome).as_deref(), Some("Chrome 124 Windows"));
        assert_eq!(agent("python-requests/2.31").as_deref(), Some("python-requests 2"));
        assert_eq!(agent("Mozilla/5.0 (compatible; 090-0000-0000)"), None);
        assert_eq!(agent("curl/0900000000").as_deref(), Some("curl"));
    }
}

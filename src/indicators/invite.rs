//! Invitations to groups and accounts: `discord.gg/…`, `t.me/+…`, `line.me/ti/g/…`, `lin.ee/…`, `chat.whatsapp.com/…`.
//!
//! Canonical is host and code without scheme, with the forms of one service made one (`t.me/joinchat/` becomes `t.me/+`).
//! Codes keep their case. They are found by `places`.

use super::{Canonical, Family, never_benign, never_documentation, places};
use crate::model::kind::Look;
use crate::model::{About, Class, Kind, Text};

pub(super) const KIND: Kind = Kind::new("invite");

pub(super) static FAMILY: Family = Family {
    about: &ABOUT,
    read: |text| places::read(KIND, text).map(Canonical::sound),
    benign: never_benign,
    documentation: never_documentation,
};

static ABOUT: About = About {
    kind: KIND,
    label: Text::new("招待リンク", "Invitation link"),
    class: Class::DirectId,
    stix: "url",
    look: Look::Account,
    strength: 0.85,
    tokenable: true,
    examples: &["https://discord.gg/kaKuu2026", "t.me/joinchat/AAAAAEabcdef_0123", "line.me/R/ti/g/AbCdEf12_3"],
};

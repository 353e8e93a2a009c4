"""Makes the fixtures of mails: invented people, documentation addresses, encodings as Japanese mailers use them."""
import base64

CRLF = "\r\n"


def word(text, charset, label):
    return f"=?{label}?B?{base64.b64encode(text.encode(charset)).decode()}?="


lines = [
    "Return-Path: <kato@example.jp>",
    "Received: from mx.example.jp (mx.example.jp [203.0.113.5])",
    "\tby mail.example.com with ESMTP id 4A1; Wed, 1 Apr 2026 08:15:02 +0900 (JST)",
    "From: " + word("加藤 花子", "iso2022_jp", "ISO-2022-JP") + " <kato@example.jp>",
    "To: sato@example.com,",
    " " + word("佐藤", "utf-8", "UTF-8") + " <sato2@example.com>",
    "Subject: " + word("【重要】お振込先の", "iso2022_jp", "ISO-2022-JP"),
    " " + word("変更について", "iso2022_jp", "ISO-2022-JP"),
    "Date: Wed, 1 Apr 2026 08:15:00 +0900 (JST)",
    "Message-ID: <1@example.jp>",
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="b1"',
    "",
    "--b1",
    'Content-Type: multipart/alternative; boundary="b2"',
    "",
    "--b2",
    "Content-Type: text/plain; charset=ISO-2022-JP",
    "Content-Transfer-Encoding: 7bit",
    "",
]
out = CRLF.join(lines).encode() + b"\r\n"
out += "口座が変わりました。https://example.jp/pay をご覧ください。".encode("iso2022_jp") + b"\r\n"
out += CRLF.join([
    "--b2", "Content-Type: text/html; charset=Shift_JIS", "Content-Transfer-Encoding: base64", "",
    base64.b64encode('<a href="https://example.jp/pay?id=1">髙﨑商店</a>'.encode("cp932")).decode(),
    "--b2--", "--b1", "Content-Type: application/octet-stream; name=invoice.bin",
    "Content-Transfer-Encoding: base64",
    "Content-Disposition: attachment; filename*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.csv", "",
    base64.b64encode("日時,金額\r\n2026/04/01 08:15,\"1,000\"\r\n2026/04/01 08:16,\"2,000\"\r\n".encode("cp932")).decode(),
    "--b1", "Content-Type: message/rfc822", "",
    "From: inner@example.net", "To: kato@example.jp", "Subject: forwarded", "Date: Tue, 31 Mar 2026 20:00:00 GMT", "",
    "inner body 198.51.100.7", "--b1--", ""]).encode()
open("multipart_japanese.in", "wb").write(out)
raw = "From: taro@example.jp\nTo: \"受付\" <desk@example.jp>\nSubject: 生のJISの件名\nDate: 2026年4月1日 8:15\n\n本文もJISのまま。\n"
open("raw_jis.in", "wb").write(raw.encode("iso2022_jp"))
sjis = "From: a@example.jp\nTo: b@example.jp\nSubject: 表示の件\nContent-Type: text/plain\nX-Mailer: old\n\n能登\n"
open("raw_cp932_undated.in", "wb").write(sjis.encode("cp932"))


def mail(number, body, length=None):
    head = f"From kato@example.jp Wed Apr  1 08:15:0{number} 2026\nFrom: kato@example.jp\nTo: sato@example.com\n"
    head += f"Subject: mail {number}\nDate: Wed, 1 Apr 2026 08:15:0{number} +0900\n"
    if length is not None:
        head += f"Content-Length: {length}\n"
    return head + "\n" + body


quoted = "first\n\nFrom the desk of: nobody\nbody goes on\n"
tricky = "See:\n\nFrom kato@example.jp Wed Apr  1 08:15:00 2026\nSubject: not a new mail\n\nend\n"
box = mail(1, quoted) + "\n" + mail(2, tricky, len(tricky)) + "\n" + mail(3, "wrong length\n", 5) + "\n" + mail(4, "last\n")
open("../mbox/lengths.in", "w").write(box)
nets = "From - \nFrom: a@example.jp\nTo: b@example.jp\nSubject: one\nDate: Wed, 1 Apr 2026 08:15:00 +0900\n\nbody\n\n"
open("../mbox/netscape.in", "w").write(nets + nets.replace("one", "two").replace("08:15", "08:16") + "From - \n\n")

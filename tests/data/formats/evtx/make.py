"""Makes the fixtures of this folder: small event logs of binary XML, written plainly (no templates), with invented events."""
import struct, zlib


def name(text, at):
    """An element's name, stored where it stands."""
    chars = text.encode("utf-16-le")
    hash_ = 0
    for char in text:
        hash_ = (hash_ * 65599 + ord(char)) & 0xFFFFFFFF
    return struct.pack("<I", at + 4) + struct.pack("<IHH", 0, hash_ & 0xFFFF, len(text)) + chars + b"\0\0"


def value(text):
    return b"\x05\x01" + struct.pack("<H", len(text)) + text.encode("utf-16-le")


def element(tag, attributes, children, at):
    """`at`: where the element begins in its block."""
    head = b"\x41" if attributes else b"\x01"
    out = head + b"\0\0\0\0"
    out += name(tag, at + len(out))
    if attributes:
        mark = len(out)
        out += b"\0\0\0\0"
        for index, (key, text) in enumerate(attributes):
            out += b"\x46" if index + 1 < len(attributes) else b"\x06"
            out += name(key, at + len(out))
            out += value(text)
        out = out[:mark] + struct.pack("<I", len(out) - mark - 4) + out[mark + 4:]
    if children is None:
        out += b"\x03"
    else:
        out += b"\x02"
        for child in [children] if isinstance(children, str) else children:
            out += value(child) if isinstance(child, str) else element(*child, at + len(out))
        out += b"\x04"
    return out[:1] + struct.pack("<I", len(out) - 5) + out[5:]


def record(number, secs, tree, at):
    body = b"\x0f\x01\x01\x00"
    body += element(*tree, at + 24 + len(body)) + b"\0"
    body += b"\0" * (-(24 + len(body) + 4) % 8)
    size = 24 + len(body) + 4
    filetime = int((secs + 11644473600) * 10_000_000)
    return b"**\0\0" + struct.pack("<IQQ", size, number, filetime) + body + struct.pack("<I", size)


def block(first, events):
    data, last = b"", 512
    for index, (secs, tree) in enumerate(events):
        last = 512 + len(data)
        data += record(first + index, secs, tree, last)
    end = first + len(events) - 1
    head = b"ElfChnk\0" + struct.pack("<QQQQIIII", first, end, first, end, 128, last, 512 + len(data), zlib.crc32(data))
    head = head.ljust(120, b"\0")
    tables = b"\0" * 384
    head += struct.pack("<II", 0, zlib.crc32(tables, zlib.crc32(head)))
    return (head + tables + data).ljust(65536, b"\0")


def log(blocks, next_number):
    head = b"ElfFile\0" + struct.pack("<QQQIHHHH", 0, len(blocks) - 1, next_number, 128, 1, 3, 4096, len(blocks))
    head = head.ljust(120, b"\0")
    head += struct.pack("<II", 0, zlib.crc32(head))
    return head.ljust(4096, b"\0") + b"".join(blocks)


def event(number, provider, channel, time, data, user=None, record_id=1):
    system = [
        ("Provider", [("Name", provider)], None), ("EventID", [], str(number)), ("Level", [], "0"),
        ("TimeCreated", [("SystemTime", time)], None), ("EventRecordID", [], str(record_id)),
        ("Channel", [], channel), ("Computer", [], "pc01.example.jp"), ("Security", [("UserID", user)] if user else [], None),
    ]
    items = [("Data", [("Name", key)], text) for key, text in data]
    namespace = "http://schemas.microsoft.com/win/2004/08/events/event"
    return ("Event", [("xmlns", namespace)], [("System", [], system), ("EventData", [], items)])


AUDIT = "Microsoft-Windows-Security-Auditing"
failed = event(4625, AUDIT, "Security", "2026-04-01T08:15:00.1234567Z", [
    ("SubjectUserName", "-"), ("TargetUserName", "加藤"), ("IpAddress", "203.0.113.5"), ("LogonType", "3")], record_id=101)
process = event(4688, AUDIT, "Security", "2026-04-01T08:15:02.0000000Z", [
    ("SubjectUserName", "sato"), ("NewProcessName", "C:\\Windows\\System32\\cmd.exe"),
    ("CommandLine", "cmd /c curl https://www.example.jp/a?b=c&d=\"1\"")], user="S-1-5-21-1-2-3-1001", record_id=102)
service = event(7045, "Service Control Manager", "System", "2026-04-01T08:16:00.5000000Z", [
    ("ServiceName", "更新サービス"), ("ImagePath", "%SystemRoot%\\Temp\\a.exe")], user="S-1-5-18", record_id=103)

at = 1775031300
good = log([block(101, [(at + 0.1234567, failed), (at + 2, process)]), block(103, [(at + 60.5, service)])], 104)
open("two_blocks.in", "wb").write(good)
bad = bytearray(log([block(101, [(at, failed)]), block(102, [(at + 2, process), (at + 60.5, service)])], 104))
bad[4096] = 0
second = 4096 + 65536
bad[second + 600] ^= 0x01
open("damaged_block.in", "wb").write(bytes(bad[: second + 20000]))

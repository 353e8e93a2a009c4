//! Making, opening and closing a case file: the checks before SQLite sees a byte, and the settings of each connection.
//!
//! A store from elsewhere is hostile input. Nothing here reads evidence.

use super::error::{Error, Result};
use super::settle::{Found, is_left, settle};
use super::{held, schema};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, MAIN_DB, OpenFlags, Transaction, TransactionBehavior};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Page size of every store: fewer overflow pages for blobs of 100 KiB.
pub(super) const PAGE: usize = 16384;
/// No blob of ours is larger; SQLite refuses to hand out anything above.
const LONGEST: i32 = 256 << 20;

/// How a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To read and write.
    Write,
    /// To read: not one byte of the file changes.
    Read,
    /// To read a file from elsewhere: checked whole first, treated as unchanging.
    Foreign,
}

/// What the first 100 bytes say.
struct Header {
    version: i64,
    wal: bool,
    size: u64,
}

/// Checks path and header before SQLite opens the file, and has a store that was not closed put in order. Returns its
/// version and how it was found.
pub(super) fn inspect(path: &Path, mode: Mode) -> Result<(i64, Found)> {
    let facts =
        std::fs::metadata(path).map_err(|source| Error::file("the case file cannot be opened", path, source))?;
    if facts.is_dir() {
        return Err(not_a_store(path, "a folder"));
    }
    // A link or a device as a side file would have the engine read, write or empty something else.
    if let Some(side) =
        side_files(path).into_iter().find(|side| side.symlink_metadata().is_ok_and(|facts| !facts.is_file()))
    {
        return Err(Error::NotClosed(side));
    }
    if mode == Mode::Write {
        refuse_network(path)?;
    }
    let side = side_files(path).into_iter().find(|side| side.exists());
    if let (Mode::Foreign, Some(side)) = (mode, side) {
        return Err(Error::NotClosed(side));
    }
    if held::is_open(path) {
        return Ok((schema::VERSION, Found::InUse));
    }
    let mut header = read_header(path)?;
    if mode == Mode::Foreign && header.wal {
        return Err(Error::NotClosed(path.to_owned()));
    }
    let mut found = Found::Closed;
    if mode != Mode::Foreign && is_left(path, header.wal) {
        header.refuse_newer(path)?;
        found = settle(path, mode)?;
        header = read_header(path)?;
    }
    header.refuse_newer(path)?;
    if header.version < 1 {
        return Err(not_a_store(path, "never finished"));
    }
    // While another program writes, the file may be growing.
    if found != Found::InUse && !header.size.is_multiple_of(PAGE as u64) {
        return Err(Error::damaged(format!("cut off: {}", path.display())));
    }
    if mode != Mode::Write && header.version < schema::VERSION {
        return Err(Error::Older { found: header.version, known: schema::VERSION, path: path.to_owned() });
    }
    Ok((header.version, found))
}

impl Header {
    fn refuse_newer(&self, path: &Path) -> Result<()> {
        let (found, known) = (self.version, schema::VERSION);
        if found > known { Err(Error::Newer { found, known, path: path.to_owned() }) } else { Ok(()) }
    }
}

fn read_header(path: &Path) -> Result<Header> {
    let mut bytes = [0_u8; 100];
    let mut file = File::open(path).map_err(|source| Error::file("the case file cannot be opened", path, source))?;
    let size = file.metadata().map_err(|source| Error::file("the case file cannot be read", path, source))?.len();
    file.read_exact(&mut bytes).map_err(|source| match source.kind() {
        std::io::ErrorKind::UnexpectedEof if size == 0 => not_a_store(path, "empty"),
        std::io::ErrorKind::UnexpectedEof => not_a_store(path, "too short"),
        _ => Error::file("the case file cannot be read", path, source),
    })?;
    let word = |at: usize| {
        let part = bytes.get(at..at + 4).and_then(|part| part.try_into().ok()).unwrap_or([0; 4]);
        i64::from(u32::from_be_bytes(part))
    };
    let page = bytes.get(16..18).and_then(|part| part.try_into().ok()).map_or(0, u16::from_be_bytes);
    if !bytes.starts_with(b"SQLite format 3\0") {
        return Err(not_a_store(path, "not a database"));
    }
    if word(68) != schema::APPLICATION_ID || usize::from(page) != PAGE {
        return Err(not_a_store(path, "another program's database"));
    }
    Ok(Header { version: word(60), wal: bytes[18] == 2 || bytes[19] == 2, size })
}

fn not_a_store(path: &Path, reason: &str) -> Error {
    Error::NotAStore { reason: reason.to_owned(), path: path.to_owned() }
}

/// `-wal`, `-journal` and `-shm` beside a store, the telling one first.
pub(super) fn side_files(path: &Path) -> [PathBuf; 3] {
    ["-wal", "-journal", "-shm"].map(|end| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    })
}

/// Device and number of a file, where the system has such.
pub(super) type Place = Option<(u64, u64)>;

/// Which file stands at a path.
pub(super) fn place(path: &Path) -> Place {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata(path).ok().map(|facts| (facts.dev(), facts.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Refuses file systems whose locks do not protect a database being written.
pub(super) fn refuse_network(path: &Path) -> Result<()> {
    if path.to_str().is_some_and(|text| text.starts_with(r"\\") && !text.starts_with(r"\\?\")) {
        return Err(Error::Network { kind: "UNC".to_owned(), path: path.to_owned() });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Ok(real), Ok(mounts)) = (folder.canonicalize(), std::fs::read_to_string("/proc/mounts")) else {
        return Ok(());
    };
    match mount_kind(&mounts, &real) {
        Some(kind) if is_network(kind) => Err(Error::Network { kind: kind.to_owned(), path: path.to_owned() }),
        _ => Ok(()),
    }
}

fn mount_kind<'a>(mounts: &'a str, folder: &Path) -> Option<&'a str> {
    let entry = |line: &'a str| {
        let mut words = line.split(' ').skip(1);
        let point = words.next()?.replace("\\040", " ");
        folder.starts_with(&point).then_some((point.len(), words.next()?))
    };
    // Of two mounts on one point the later one is seen.
    mounts.lines().filter_map(entry).max_by_key(|(len, _)| *len).map(|(_, kind)| kind)
}

fn is_network(kind: &str) -> bool {
    const NETWORK: [&str; 14] = [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "ncpfs",
        "ceph",
        "glusterfs",
        "lustre",
        "davfs",
        "fuse.sshfs",
        "fuse.davfs2",
        "fuse.rclone",
    ];
    NETWORK.contains(&kind)
}

/// Makes the file at the present version, with what `fill` writes, in one transaction: a kill leaves an empty file or a whole
/// store.
pub(super) fn make(path: &Path, fill: impl FnOnce(&Transaction<'_>) -> Result<()>) -> Result<Connection> {
    refuse_network(path)?;
    // `create_new` decides the race between two makers; SQLite would open what the other made.
    File::create_new(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => Error::Exists(path.to_owned()),
        _ => Error::file("the case file cannot be made", path, source),
    })?;
    let begin = || -> Result<Connection> {
        let mut conn =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.pragma_update(None, "page_size", i64::try_from(PAGE).unwrap_or(0))?;
        // Deferred, as the pragma must come before the first page; it would write that page by itself outside.
        let tx = conn.transaction_with_behavior(TransactionBehavior::Deferred)?;
        tx.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        tx.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
        schema::migrate(&tx, 0)?;
        fill(&tx)?;
        tx.commit()?;
        set_writer(&conn)?;
        Ok(conn)
    };
    begin().inspect_err(|_| {
        // A half-made store is of no use, and its name must be free for the next try.
        drop(std::fs::remove_file(path));
    })
}

/// Opens the one writing connection.
pub(super) fn writer(path: &Path, version: i64) -> Result<Connection> {
    let mut conn =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    guard(&conn)?;
    if conn.is_readonly(MAIN_DB)? {
        let denied = std::io::ErrorKind::PermissionDenied.into();
        return Err(Error::file("the case file may not be written", path, denied));
    }
    schema::demand_equal(&conn, version, path)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    schema::migrate(&tx, version)?;
    tx.commit()?;
    set_writer(&conn)?;
    Ok(conn)
}

fn set_writer(conn: &Connection) -> Result<()> {
    guard(conn)?;
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "cache_size", -16_384)?;
    // Values erased by order must not survive in free pages; deletions are rare enough to pay for it always.
    conn.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    Ok(())
}

/// Opens a reading connection.
pub(super) fn reader(path: &Path, mode: Mode) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = if mode == Mode::Foreign {
        Connection::open_with_flags(immutable_uri(path), flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    guard(&conn)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    conn.pragma_update(None, "cache_size", -4096)?;
    Ok(conn)
}

/// Whole-file checks of a store from elsewhere.
pub(super) fn demand_sound(conn: &Connection) -> Result<()> {
    let verdict: String = conn.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(Error::Damaged(verdict)) }
}

pub(super) fn guard(conn: &Connection) -> Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST)?;
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update_and_check(None, "mmap_size", 0, |_| Ok(()))?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // Sorting must not leave personal data in the system's folder for temporary files.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// The path as a `file:` URI that promises SQLite nobody changes the file.
fn immutable_uri(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut uri = "file:".to_owned();
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { format!("/{}", text.replace('\\', "/")) } else { text.into_owned() };
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~:".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri.push_str("?mode=ro&immutable=1");
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_mount_decides() {
        let mounts =
            "/dev/sda / ext4 rw 0 0\nsrv:/x /mnt/share\\040a nfs4 rw 0 0\ntmpfs /mnt/share\\040a/local tmpfs rw 0 0\n";
        assert_eq!(mount_kind(mounts, Path::new("/home/a")), Some("ext4"));
        assert_eq!(mount_kind(mounts, Path::new("/mnt/share a/b")), Some("nfs4"));
        assert_eq!(mount_kind(mounts, Path::new("/mnt/share a/local/b")), Some("tmpfs"));
        assert!(is_network("nfs4") && !is_network("ext4"));
    }

    #[test]
    fn a_path_with_marks_becomes_a_uri() {
        assert_eq!(immutable_uri(Path::new("/a b/?x#.itoguchi")), "file:/a%20b/%3Fx%23.itoguchi?mode=ro&immutable=1");
    }
}

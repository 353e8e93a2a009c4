//! A desk to work at: a store in a folder of its own, and log lines of invented machines.

use itoguchi::model::record::When;
use itoguchi::model::skip::Room;
use itoguchi::model::statement::{Author, Statement};
use itoguchi::model::{
    Case, CaseKey, Edit, Evidence, Hits, Id, Instant, Kind, Known, Precision, RecordHead, Reject, Stage, Tlp, Undated,
    Unit,
};
use itoguchi::store::{Finish, Import, Mode, NewEvidence, Posts, SealedChunk, Store, pack_content, seal};
use sha2::Digest as _;
use std::path::PathBuf;

pub(super) const IPV4: Kind = Kind::new("ipv4");
pub(super) const DOMAIN: Kind = Kind::new("domain");

pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) path: PathBuf,
    pub(super) folder: tempfile::TempDir,
}

pub(super) fn author() -> Author {
    Author { operator: "糸口 花子".to_owned(), at: Instant::from_secs(1_775_000_000).unwrap() }
}

pub(super) fn unit() -> Unit {
    Unit::from_path("11").unwrap()
}

impl Desk {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("事案 1.itoguchi");
        let store = Store::create(&path, &unit(), &author()).unwrap();
        Self { store, path, folder }
    }

    /// Closes the store and opens it again.
    pub(super) fn reopen(self, mode: Mode) -> Self {
        let Self { store, path, folder } = self;
        store.close().unwrap();
        let store = Store::open(&path, mode).unwrap();
        Self { store, path, folder }
    }

    pub(super) fn case(&self, number: &str) -> CaseKey {
        let case = Case {
            key: None,
            id: Id::from_random('c', blake3::hash(number.as_bytes()).as_bytes()[..10].try_into().unwrap()),
            number: Some(number.to_owned()),
            title: format!("{number} 不正アクセス"),
            unit: unit(),
            stage: Stage::Consultation,
            offence: None,
            method: Vec::new(),
            recognised_on: None,
            loss_yen: None,
            contact: None,
            asks: Vec::new(),
            urgency: None,
            deadline: None,
            tlp: Tlp::default(),
            handling: None,
            training: false,
            created_at: author().at,
            created_by: author().operator,
        };
        self.store.apply(&Edit::Put(Statement::Case(Box::new(case.clone()))), &author()).unwrap();
        self.store.find_case(case.id.as_str()).unwrap()
    }

    /// Takes in a log whole.
    pub(super) fn import(&self, log: &Log, case: Option<CaseKey>, name: &str) -> Evidence {
        let mut import = self.store.begin_import(&log.new_evidence(case, name), &author()).unwrap();
        for chunk in 0..log.chunks.len() {
            import.append(log.seal(chunk)).unwrap();
        }
        import.finish(&log.finish()).unwrap()
    }
}

/// Lines of a log, and where it is cut.
#[derive(Clone)]
pub(super) struct Log {
    pub(super) bytes: Vec<u8>,
    /// Offset, length and lead of each chunk.
    pub(super) chunks: Vec<(u64, u32, u32)>,
    /// Records with their values, by offset.
    pub(super) records: Vec<(RecordHead, Vec<(Kind, String)>)>,
}

impl Log {
    /// `lines` log lines in chunks of `per_chunk`; each names an address, every third a host.
    pub(super) fn new(lines: u32, per_chunk: u32) -> Self {
        let mut log = Self { bytes: Vec::new(), chunks: Vec::new(), records: Vec::new() };
        let mut start = 0;
        for line in 0..lines {
            let (address, host) = (format!("203.0.113.{}", line % 250), format!("h{}.example.jp", line % 700));
            let text = format!("{address} - \"GET http://{host}/p/{line} HTTP/1.1\" 404 {}", line * 7);
            let when = if line % 11 == 0 {
                When::Undated(Undated::ZoneUnknown)
            } else {
                When::At {
                    instant: Instant::from_secs(1_775_000_000 + i64::from(line)).unwrap(),
                    known: Known::Stated,
                    precision: Precision::Second,
                    offset_minutes: 540,
                }
            };
            let mut values = vec![(IPV4, address)];
            if line % 3 == 0 {
                values.push((DOMAIN, host));
            }
            let offset = log.bytes.len() as u64;
            let reject = (line % 97 == 0).then_some(Reject::Shape);
            let len = u32::try_from(text.len()).unwrap();
            log.records.push((RecordHead { offset, len, when, reject }, values));
            log.bytes.extend_from_slice(text.as_bytes());
            log.bytes.push(b'\n');
            if (line + 1) % per_chunk == 0 || line + 1 == lines {
                let end = log.bytes.len() as u64;
                log.chunks.push((start, u32::try_from(end - start).unwrap(), 0));
                start = end;
            }
        }
        log
    }

    pub(super) fn new_evidence(&self, case: Option<CaseKey>, name: &str) -> NewEvidence {
        NewEvidence {
            case,
            name: name.as_bytes().to_vec(),
            bytes: self.bytes.len() as u64,
            media_type: "text/plain".to_owned(),
            mtime: Some(7),
            ..NewEvidence::default()
        }
    }

    pub(super) fn finish(&self) -> Finish {
        Finish {
            sha256: sha2::Sha256::digest(&self.bytes).into(),
            blake3: *blake3::hash(&self.bytes).as_bytes(),
            bytes: self.bytes.len() as u64,
            form: Some(itoguchi::model::evidence::ReadingForm { format: "access".to_owned(), ..Default::default() }),
            lines: Some(self.records.len() as u64),
            skipped: 0,
            damaged: None,
        }
    }

    /// The records that begin in a chunk.
    pub(super) fn records_of(&self, chunk: usize) -> Vec<RecordHead> {
        let (start, len, _) = self.chunks[chunk];
        let inside = |record: &RecordHead| (start..start + u64::from(len)).contains(&record.offset);
        self.records.iter().map(|(record, _)| *record).filter(inside).collect()
    }

    pub(super) fn chunk_bytes(&self, chunk: usize) -> &[u8] {
        let (start, len, _) = self.chunks[chunk];
        &self.bytes[usize::try_from(start).unwrap()..][..len as usize]
    }

    pub(super) fn seal(&self, chunk: usize) -> SealedChunk {
        let records = self.records_of(chunk);
        let first = self.records.partition_point(|(record, _)| record.offset < self.chunks[chunk].0);
        let (mut text, mut hits) = (Vec::new(), Hits::default());
        for (row, (record, values)) in self.records[first..first + records.len()].iter().enumerate() {
            let start = usize::try_from(record.offset).unwrap();
            text.extend_from_slice(&self.bytes[start..start + record.len as usize].to_ascii_lowercase());
            text.push(b'\n');
            for (kind, value) in values {
                hits.push(*kind, row..row + 1, value, *kind == DOMAIN, *kind != DOMAIN);
            }
        }
        // Here the byte a find stands at is its row.
        let (posts, skip) = (Posts::gather(hits, &mut Some), Room::default().skip(&text));
        seal(self.chunks[chunk], pack_content(self.chunk_bytes(chunk)).unwrap(), &records, &[skip], posts).unwrap()
    }

    /// Appends the chunks of a range.
    pub(super) fn append(&self, import: &mut Import<'_>, chunks: std::ops::Range<usize>) {
        for chunk in chunks {
            import.append(self.seal(chunk)).unwrap();
        }
    }
}

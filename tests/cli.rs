//! The command line as others rely on it (DESIGN §9): keys, exit codes, what stands on which stream.
//!
//! Each `tests/data/cli/*.toml` is one walk: steps run in order in a folder of their own. `$name` in an argument stands for
//! what an earlier step saved, `$dir` for the folder, `$demo` for the training evidence.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Walk {
    #[serde(default)]
    file: BTreeMap<String, String>,
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    run: Vec<String>,
    /// Text instead of JSON Lines.
    #[serde(default)]
    text: bool,
    #[serde(default)]
    input: String,
    #[serde(default)]
    passphrase: Option<String>,
    #[serde(default)]
    code: i32,
    /// The keys of every line, in order.
    #[serde(default)]
    keys: Option<Vec<String>>,
    #[serde(default)]
    lines: Option<usize>,
    /// Values of the first line.
    #[serde(default)]
    first: BTreeMap<String, Value>,
    /// Names for values of the first line.
    #[serde(default)]
    save: BTreeMap<String, String>,
    #[serde(default)]
    stdout: Vec<String>,
    #[serde(default)]
    stderr: Vec<String>,
}

fn program(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_itoguchi"));
    command.current_dir(dir).env("XDG_CONFIG_HOME", dir.join("config")).env("LC_ALL", "C.UTF-8");
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "ITOGUCHI_PASSPHRASE"] {
        command.env_remove(name);
    }
    command
}

fn run(dir: &Path, step: &Step, args: &[String]) -> Output {
    let mut command = program(dir);
    if !step.text {
        command.arg("--json");
    }
    command.args(["--operator", "訓練太郎"]).args(args);
    command.envs(step.passphrase.iter().map(|text| ("ITOGUCHI_PASSPHRASE", text)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(step.input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn filled(text: &str, names: &BTreeMap<String, String>) -> String {
    // Longest names first, so that `$case` does not eat the head of `$case2`.
    names.iter().rev().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${name}"), value))
}

/// Nothing a terminal would obey, and no trick on the eye.
fn is_calm(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || c == '\t' || !c.is_control() && !('\u{202a}'..='\u{202e}').contains(&c))
}

fn walk(name: &str) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cli").join(name);
    let walk: Walk = toml::from_str(&std::fs::read_to_string(data).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo").display().to_string();
    let mut names = BTreeMap::from([("dir".to_owned(), dir.display().to_string()), ("demo".to_owned(), demo)]);
    for (path, text) in &walk.file {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    for step in &walk.step {
        let args: Vec<String> = step.run.iter().map(|arg| filled(arg, &names)).collect();
        let output = run(dir, step, &args);
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let told = format!("{name}: {}\n--- stdout\n{out}--- stderr\n{err}", args.join(" "));
        assert_eq!(output.status.code(), Some(step.code), "{told}");
        assert!(is_calm(&out) && is_calm(&err), "{told}");
        let wanted = [(&out, &step.stdout), (&err, &step.stderr)];
        for (stream, text) in wanted.iter().flat_map(|(stream, texts)| texts.iter().map(move |text| (stream, text))) {
            assert!(stream.contains(&filled(text, &names)), "`{text}` is missing\n{told}");
        }
        if step.code == 2 {
            assert!(!err.is_empty() || out.contains("\"ok\":false"), "an error says nothing\n{told}");
        }
        let lines: Vec<&str> = out.lines().collect();
        assert!(step.lines.is_none_or(|count| count == lines.len()), "{} lines\n{told}", lines.len());
        if step.text {
            continue;
        }
        let rows: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).expect(&told)).collect();
        for row in &rows {
            let keys: Vec<&String> = row.as_object().expect(&told).keys().collect();
            assert!(
                step.keys.as_ref().is_none_or(|wanted| keys == wanted.iter().collect::<Vec<_>>()),
                "{keys:?}\n{told}"
            );
        }
        for (key, value) in &step.first {
            let value = value.as_str().map_or(value.clone(), |text| filled(text, &names).into());
            assert_eq!(rows.first().and_then(|row| row.get(key)), Some(&value), "{key}\n{told}");
        }
        for (as_name, key) in &step.save {
            let value = rows.first().and_then(|row| row.get(key)?.as_str()).expect(&told);
            names.insert(as_name.clone(), value.to_owned());
            names.insert(format!("{as_name}_end"), value[value.len() - 8..].to_owned());
        }
    }
}

#[test]
fn the_road_from_evidence_to_answer() {
    walk("road.toml");
}

#[test]
fn bad_input_is_told_and_costs_nothing() {
    walk("bad.toml");
}

#[test]
fn bundles_have_an_order() {
    walk("sequence.toml");
}

#[test]
fn what_is_made_of_evidence() {
    walk("readings.toml");
}

#[test]
fn what_a_person_reads() {
    walk("text.toml");
}

#[test]
fn what_an_open_value_is_is_settled_and_taken_back() {
    walk("settle.toml");
}

#[test]
fn lists_go_out_come_in_and_mark() {
    walk("lists.toml");
}

/// Runs one command that must succeed, and gives its first result.
fn done(dir: &Path, args: &[&str]) -> Value {
    let output = program(dir).arg("--json").args(args).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .next()
        .map_or(Value::Null, |line| serde_json::from_str(line).unwrap())
}

#[test]
fn the_same_store_plan_and_time_give_the_same_draft() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    done(dir, &["new", "a.itoguchi", "--unit", "11"]);
    done(dir, &["case", "new", "a.itoguchi", "--title", "点検", "--number", "1"]);
    let evidence = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/27/relay-sshd.log");
    done(
        dir,
        &["evidence", "add", "a.itoguchi", "1", evidence.to_str().unwrap(), "--zone", "Asia/Tokyo", "--year", "2026"],
    );
    done(dir, &["role", "a.itoguchi", "1", "ipv4", "203.0.113.99", "relay"]);
    done(dir, &["key", "new", "key", "--name", "起案", "--no-passphrase"]);
    done(dir, &["key", "token", "tokens"]);
    done(dir, &["backup", "a.itoguchi", "b.itoguchi"]);
    for store in ["a", "b"] {
        let plan = ["--profile", "national", "--receiver", "00/special", "--prepare", "key", "--token-key", "tokens"];
        let (file, out) = (format!("{store}.itoguchi"), format!("{store}.itd"));
        done(dir, &[&["--time", "2026-05-01T09:00:00", "export", &file, "1"], &plan[..], &["--out", &out]].concat());
    }
    assert!(std::fs::read(dir.join("a.itd")).unwrap() == std::fs::read(dir.join("b.itd")).unwrap());
}

#[test]
#[cfg(unix)]
fn what_cannot_be_taken_in_is_told_after_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let evidence = dir.join("evidence");
    std::fs::create_dir_all(evidence.join("b")).unwrap();
    for name in ["a.log", "b/c.log", "z.log"] {
        std::fs::write(evidence.join(name), format!("{name} 203.0.113.7\n")).unwrap();
    }
    std::os::unix::fs::symlink(evidence.join("a.log"), evidence.join("link.log")).unwrap();
    std::os::unix::net::UnixListener::bind(evidence.join("socket")).unwrap();
    done(dir, &["new", "a.itoguchi", "--unit", "11"]);
    let output = program(dir).args(["--json", "evidence", "add", "a.itoguchi", "-", "evidence"]).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!((output.status.code(), out.lines().count()), (Some(2), 3), "{out}{err}");
    assert!(err.contains("link.log") && err.contains("socket"), "{err}");
}

#[test]
fn a_record_longer_than_a_chunk_is_told_with_its_whole_length() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let text = |len: usize| format!("short\n{} needle-at-the-end\r\nlast\n", "a".repeat(len));
    let wide: Vec<u8> = text(2 << 20).encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(dir.join("long.txt"), text(4 << 20)).unwrap();
    std::fs::write(dir.join("wide.txt"), [&b"\xff\xfe"[..], &wide].concat()).unwrap();
    done(dir, &["new", "a.itoguchi", "--unit", "11"]);
    for (file, start, step) in [("long.txt", 6, 1), ("wide.txt", 2 + 12, 2)] {
        let evidence = done(dir, &["evidence", "add", "a.itoguchi", "-", file])["evidence"].clone();
        let only = ["--evidence", evidence.as_str().unwrap()];
        let found = done(dir, &[&["search", "a.itoguchi", "needle-at-the-end"], &only[..]].concat());
        let len = (4 << 20) + step * " needle-at-the-end".len();
        assert_eq!((&found["offset"], &found["len"]), (&Value::from(start), &Value::from(len)), "{file}");
    }
}

#[test]
fn an_older_copy_in_a_stores_place_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let verify = || {
        let output = program(dir).args(["--json", "audit", "a.itoguchi", "--verify"]).output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
        (output.status.code(), last["ok"].clone(), String::from_utf8(output.stderr).unwrap())
    };
    done(dir, &["new", "a.itoguchi", "--unit", "11"]);
    std::fs::copy(dir.join("a.itoguchi"), dir.join("old")).unwrap();
    done(dir, &["case", "new", "a.itoguchi", "--title", "点検"]);
    assert_eq!(verify(), (Some(0), Value::Bool(true), String::new()));
    std::fs::copy(dir.join("old"), dir.join("a.itoguchi")).unwrap();
    let (code, ok, told) = verify();
    assert_eq!((code, ok), (Some(1), Value::Bool(false)));
    assert!(told.contains("古い写し"), "{told}");
    // Whoever goes on from it leaves an entry that says so.
    done(dir, &["case", "new", "a.itoguchi", "--title", "続き"]);
    let output = program(dir).args(["--json", "audit", "a.itoguchi"]).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("store.head-missing"));
}

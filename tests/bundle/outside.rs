//! What outside tools say of our keys, signatures, seals and bags. Each test passes silently where the tool is missing.

use crate::desk::{Desk, PREFIX, unzip};
use itoguchi::bundle::keys::{PublicKey, SigningKey, make_key};
use itoguchi::bundle::sshsig;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{env, fs};

/// Runs a program; `None` when there is none of that name.
fn run(program: &str, arguments: &[&str], dir: &Path, input: Option<&Path>) -> Option<Output> {
    let stdin = input.map_or_else(Stdio::null, |path| Stdio::from(fs::File::open(path).unwrap()));
    Command::new(program).args(arguments).current_dir(dir).stdin(stdin).output().ok()
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn unpack(desk: &Desk, dir: &Path) {
    for (path, bytes) in unzip(&desk.plain()) {
        let path = dir.join(PREFIX).join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn openssh_accepts_our_keys_and_signatures_and_we_its() {
    let desk = Desk::new();
    let dir = tempfile::tempdir().unwrap();
    unpack(&desk, dir.path());
    let bag = dir.path().join(PREFIX);
    fs::write(bag.join("allowed"), desk.trust.to_allowed_signers()).unwrap();
    let verify = |who: &str, space: &str, signature: &str, file: &str| {
        let arguments = ["-Y", "verify", "-f", "allowed", "-I", who, "-n", space, "-s", signature];
        run("ssh-keygen", &arguments, &bag, Some(&bag.join(file))).map(|output| output.status.success())
    };
    let (one, other) = (desk.trust.entries[0].principal(), desk.trust.entries[1].principal());
    let Some(prepared) = verify(&one, sshsig::PREPARE, "signatures/prepared.sig", "tagmanifest-sha256.txt") else {
        return;
    };
    assert!(prepared);
    assert_eq!(verify(&other, sshsig::APPROVE, "signatures/approved.sig", "signatures/approval.json"), Some(true));
    assert_eq!(verify(&one, sshsig::APPROVE, "signatures/approved.sig", "signatures/approval.json"), Some(false));

    // A protected key of ours, used by OpenSSH, read by us.
    let files = make_key("佐藤", Some("pass")).unwrap();
    private(&bag.join("own"), &files.private);
    let shown = run("ssh-keygen", &["-y", "-P", "pass", "-f", "own"], &bag, None).unwrap();
    let line = String::from_utf8(shown.stdout).unwrap();
    assert_eq!(
        PublicKey::from_line(&line),
        PublicKey::from_line(&files.public),
        "{}",
        String::from_utf8_lossy(&shown.stderr)
    );

    // A key of OpenSSH's making, its signature read by us.
    run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "suzuki", "-f", "theirs"], &bag, None).unwrap();
    let theirs = SigningKey::from_file(&fs::read(bag.join("theirs")).unwrap(), None).unwrap();
    assert_eq!(theirs.name(), "suzuki");
    run("ssh-keygen", &["-Y", "sign", "-f", "theirs", "-n", sshsig::PREPARE, "bagit.txt"], &bag, None).unwrap();
    let (message, signature) = (fs::read(bag.join("bagit.txt")).unwrap(), fs::read(bag.join("bagit.txt.sig")).unwrap());
    assert_eq!(sshsig::verify(sshsig::PREPARE, &message, &signature), Ok(theirs.public()));
    assert!(sshsig::verify(sshsig::APPROVE, &message, &signature).is_err());
}

#[test]
fn age_opens_the_seal_and_its_own_seals_are_opened() {
    let desk = Desk::new();
    let dir = tempfile::tempdir().unwrap();
    private(&dir.path().join("identity"), &desk.identity_text);
    let (sealed, _) = desk.sealed();
    fs::write(dir.path().join("bundle.itb.age"), &sealed).unwrap();
    let Some(opened) = run("age", &["-d", "-i", "identity", "-o", "plain.zip", "bundle.itb.age"], dir.path(), None)
    else {
        return;
    };
    assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    let plain = fs::read(dir.path().join("plain.zip")).unwrap();
    assert!(desk.judge(&plain).passed());
    let recipient = desk.recipient.to_string();
    run("age", &["-r", &recipient, "-o", "again.age", "plain.zip"], dir.path(), None).unwrap();
    assert!(desk.judge(&fs::read(dir.path().join("again.age")).unwrap()).passed());
}

#[test]
fn a_rezip_by_usual_tools_passes() {
    let desk = Desk::new();
    let dir = tempfile::tempdir().unwrap();
    unpack(&desk, dir.path());
    let top = PREFIX.trim_end_matches('/');
    let script = format!("import shutil; shutil.make_archive('python', 'zip', '.', '{top}')");
    let attempts = [
        ("zip", vec!["-q", "-r", "infozip.zip", top], "infozip.zip"),
        ("zip", vec!["-q", "-r", "-9", "-D", "-X", "bare.zip", top], "bare.zip"),
        ("python3", vec!["-c", &script], "python.zip"),
        ("python3", vec!["-m", "zipfile", "-c", "module.zip", top], "module.zip"),
    ];
    for (program, arguments, made) in attempts {
        if run(program, &arguments, dir.path(), None).is_some_and(|output| output.status.success()) {
            let report = desk.judge(&desk.reseal(&fs::read(dir.path().join(made)).unwrap()));
            assert!(report.passed(), "{made}: {:?}", report.first_failure());
        }
    }
}

#[test]
fn bagit_py_accepts_the_bag() {
    let desk = Desk::new();
    let dir = tempfile::tempdir().unwrap();
    unpack(&desk, dir.path());
    let program = env::var("ITOGUCHI_BAGIT").unwrap_or_else(|_| "bagit.py".to_owned());
    let top = PREFIX.trim_end_matches('/');
    if let Some(output) = run(&program, &["--validate", top], dir.path(), None) {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

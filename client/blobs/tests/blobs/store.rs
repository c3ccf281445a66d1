//! A store on a disk: damage, lack of room and what a killed process leaves.

use std::process::Command;

use assay_blobs::{BlobId, BlobKind, BlobStore, Expected, Fault, StoreError};

use crate::common::*;

#[tokio::test]
async fn damage_is_found_when_a_blob_is_read() {
    let blob = blob(40);
    let (directory, store) = store();
    store
        .put(blob.id, &blob.expected, blob.bytes.clone())
        .await
        .unwrap();
    let path = directory.path().join(blob.id.path());
    let mut damaged = blob.bytes.clone();
    damaged[100] ^= 4;
    std::fs::write(&path, damaged).unwrap();
    let error = store.read(&blob.id, &blob.expected).await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Fault {
                fault: Fault::WrongRoot { .. },
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn blobs_are_listed_and_removed() {
    let (_directory, store) = store();
    for blob in [blob(1), blob(2)] {
        store
            .put(blob.id, &blob.expected, blob.bytes.clone())
            .await
            .unwrap();
    }
    assert_eq!(store.list(BlobKind::State).await.unwrap(), []);
    let mut listed = store.list(BlobKind::Tensor).await.unwrap();
    listed.sort();
    let mut put = vec![blob(1).id, blob(2).id];
    put.sort();
    assert_eq!(listed, put);
    store.remove(&put[0]).await.unwrap();
    store.remove(&put[0]).await.unwrap();
    assert!(matches!(
        store.read(&put[0], &blob(1).expected).await,
        Err(StoreError::NotFound { .. })
    ));
}

#[tokio::test]
async fn what_a_killed_process_left_is_removed() {
    let (directory, store) = store();
    let blob = blob(5);
    store
        .put(blob.id, &blob.expected, blob.bytes.clone())
        .await
        .unwrap();
    let left = directory.path().join("unfinished/7");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("3#1"), b"half").unwrap();
    assert_eq!(files(&directory), 2);
    let store = BlobStore::local(directory.path()).unwrap();
    assert_eq!(files(&directory), 1);
    assert!(store.contains(&blob.id).await.unwrap());
}

#[tokio::test]
async fn another_process_may_open_the_directory_while_a_blob_is_written() {
    let (directory, store) = store();
    let blob = blob(40);
    let mut writer = store.writer(blob.id, &blob.expected).await.unwrap();
    writer.write(&blob.bytes[..500]).await.unwrap();
    let other = BlobStore::local(directory.path()).unwrap();
    assert!(!other.contains(&blob.id).await.unwrap());
    writer.write(&blob.bytes[500..]).await.unwrap();
    let mut second = other.writer(blob.id, &blob.expected).await.unwrap();
    second.write(&blob.bytes).await.unwrap();
    writer.finish().await.unwrap();
    second.finish().await.unwrap();
    assert_eq!(
        other.read(&blob.id, &blob.expected).await.unwrap(),
        blob.bytes
    );
    assert_eq!(files(&directory), 1);
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = BlobStore::local(&file.path().join("blobs")).unwrap_err();
    assert!(matches!(error, StoreError::Directory { .. }), "{error}");
    assert!(error
        .to_string()
        .contains(&file.path().display().to_string()));
}

#[cfg(not(feature = "s3"))]
#[test]
fn a_remote_place_needs_the_feature() {
    assert!(matches!(
        BlobStore::open("s3://bucket/prefix"),
        Err(StoreError::Location { .. })
    ));
    assert!(matches!(
        BlobStore::open("ftp://host/x"),
        Err(StoreError::Location { .. })
    ));
}

/// The directory that the process with a file size limit uses.
const SMALL_DISK: &str = "ASSAY_TEST_SMALL_DISK";

/// Runs this very test again in a process whose files may not exceed 8 KiB, which fails writes as a full disk does.
#[test]
fn lack_of_room_is_told_and_leaves_nothing() {
    match std::env::var_os(SMALL_DISK) {
        Some(directory) => tokio::runtime::Runtime::new()
            .unwrap()
            .block_on(fill(directory.as_ref())),
        None => {
            let directory = tempfile::tempdir().unwrap();
            let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" --exact store::lack_of_room_is_told_and_leaves_nothing --nocapture";
            let this = std::env::current_exe().unwrap();
            let output = Command::new("sh")
                .args(["-c", script])
                .arg(this)
                .env(SMALL_DISK, directory.path())
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert_eq!(files(&directory), 1);
        }
    }
}

async fn fill(directory: &std::path::Path) {
    let store = BlobStore::local(directory).unwrap();
    let (large, small) = (blob(200), blob(2));
    let error = store
        .put(large.id, &large.expected, large.bytes.clone())
        .await
        .unwrap_err();
    assert!(error.is_full(), "{error:?}");
    assert!(error.to_string().contains("free some"), "{error}");
    let mut writer = store.writer(large.id, &large.expected).await.unwrap();
    writer.write(&large.bytes).await.unwrap();
    assert!(writer.finish().await.unwrap_err().is_full());
    assert!(!store.contains(&large.id).await.unwrap());
    store
        .put(small.id, &small.expected, small.bytes.clone())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_state_and_constants_have_roots_of_their_own() {
    let types = match blob(3).expected {
        Expected::Tensor(ty) => vec![ty, ty],
        _ => unreachable!(),
    };
    let bytes = [blob(3).bytes, blob(3).bytes].concat();
    let roots = [assay_commitment::TensorRoot(blob(3).id.root); 2];
    let state = BlobId::from(assay_commitment::state_root::<assay_commitment::Sha3>(
        &roots,
    ));
    let constants = BlobId::constants(assay_commitment::constants_root::<assay_commitment::Sha3>(
        &roots,
    ));
    let (_directory, store) = store();
    store
        .put(state, &Expected::State(types.clone()), bytes.clone())
        .await
        .unwrap();
    store
        .put(
            constants,
            &Expected::Constants(types.clone()),
            bytes.clone(),
        )
        .await
        .unwrap();
    let swapped = BlobId::state(constants.root);
    assert!(store
        .put(swapped, &Expected::State(types), bytes)
        .await
        .is_err());
}

//! Fetches from servers that lie, stall or lead astray: a typed error each, and nothing left in the store.

use std::time::Duration;

use assay_blobs::{Expected, Fault, FetchError, Fetcher, Reach};

use crate::common::{self, *};

/// Fetches the blob from a liar; nothing may remain in the store.
async fn deceived(expected: &Expected, blob: &Blob, liar: &Liar) -> FetchError {
    let (directory, store) = store();
    let error = client(Reach::Any)
        .fetch(&liar.url, &blob.id, expected, &store)
        .await
        .unwrap_err();
    assert!(!store.contains(&blob.id).await.unwrap());
    assert_eq!(files(&directory), 0, "unfinished files remain");
    assert!(
        error.to_string().contains(&liar.address.to_string()),
        "{error}"
    );
    error
}

#[tokio::test]
async fn an_honest_server_is_believed() {
    let blob = blob(100);
    let bytes = blob.bytes.clone();
    let server = liar(move |_, _| ok(bytes.len(), &bytes)).await;
    let (_directory, store) = store();
    client(Reach::Any)
        .fetch(&server.url, &blob.id, &blob.expected, &store)
        .await
        .unwrap();
    assert_eq!(
        store.read(&blob.id, &blob.expected).await.unwrap(),
        blob.bytes
    );
}

#[tokio::test]
async fn altered_bytes_have_another_root() {
    let blob = blob(100);
    for at in [0, 9_999, blob.bytes.len() - 1] {
        let mut bytes = blob.bytes.clone();
        bytes[at] ^= 1;
        let server = liar(move |_, _| ok(bytes.len(), &bytes)).await;
        let error = deceived(&blob.expected, &blob, &server).await;
        assert!(
            matches!(
                error,
                FetchError::Fault {
                    fault: Fault::WrongRoot { .. },
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(server.connections(), 1, "a lie is not asked for again");
    }
}

#[tokio::test]
async fn a_short_blob_is_truncated() {
    let blob = blob(100);
    let half = blob.bytes[..blob.bytes.len() / 2].to_vec();
    let told = half.clone();
    let server = liar(move |_, _| ok(told.len(), &told)).await;
    let error = deceived(&blob.expected, &blob, &server).await;
    assert!(
        matches!(
            error,
            FetchError::Fault {
                fault: Fault::Truncated {
                    expected: 20_000,
                    found: 10_000
                },
                ..
            }
        ),
        "{error}"
    );
    let whole = blob.bytes.len();
    let server = liar(move |_, _| ok(whole, &half)).await;
    let error = deceived(&blob.expected, &blob, &server).await;
    assert!(error.is_transient(), "the connection broke: {error}");
}

#[tokio::test]
async fn a_blob_without_a_length_may_not_end_early() {
    let blob = blob(100);
    let half = blob.bytes[..blob.bytes.len() / 2].to_vec();
    let server = liar(move |_, _| {
        let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
        vec![Say::Bytes([&head[..], &half].concat())]
    })
    .await;
    let error = deceived(&blob.expected, &blob, &server).await;
    assert!(
        matches!(
            error,
            FetchError::Fault {
                fault: Fault::Truncated { .. },
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_long_blob_is_refused_by_its_length_and_by_its_bytes() {
    let blob = blob(100);
    let server = liar(|_, _| ok(1 << 40, b"")).await;
    let error = deceived(&blob.expected, &blob, &server).await;
    assert!(
        matches!(
            error,
            FetchError::Fault {
                fault: Fault::TooLarge { limit: 20_000 },
                ..
            }
        ),
        "{error}"
    );
    let bytes = [&blob.bytes[..], &[0]].concat();
    let server = liar(move |_, _| {
        let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
        vec![Say::Bytes([&head[..], &bytes].concat())]
    })
    .await;
    let error = deceived(&blob.expected, &blob, &server).await;
    assert!(
        matches!(
            error,
            FetchError::Fault {
                fault: Fault::TooLarge { .. },
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_program_file_is_limited_and_must_be_one() {
    let program = Blob {
        id: assay_blobs::BlobId::program([7; 32]),
        ..blob(1)
    };
    let server = liar(|_, _| ok(1 << 40, b"")).await;
    let error = deceived(&Expected::Program, &program, &server).await;
    assert!(
        matches!(
            error,
            FetchError::Fault {
                fault: Fault::TooLarge { .. },
                ..
            }
        ),
        "{error}"
    );
    let server = liar(|_, _| ok(9, b"ASSAYPRG!")).await;
    let error = deceived(&Expected::Program, &program, &server).await;
    assert!(
        matches!(
            error,
            FetchError::Fault {
                fault: Fault::Malformed { .. },
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_stalls_is_left() {
    let blob = blob(100);
    let bytes = blob.bytes.clone();
    let server = liar(move |_, _| {
        let mut says = ok(bytes.len(), &bytes[..100]);
        says.push(Say::Silence);
        says
    })
    .await;
    let error = deceived(&blob.expected, &blob, &server).await;
    assert!(matches!(error, FetchError::Stalled { .. }), "{error}");
    assert_eq!(
        server.connections(),
        3,
        "it is asked as often as the limits say"
    );
    let server = liar(|_, _| vec![Say::Silence]).await;
    let mut limits = limits();
    (limits.connect, limits.attempts) = (Duration::from_millis(100), 1);
    let (_directory, store) = store();
    let client = assay_blobs::HttpClient::new(limits, Reach::Any).unwrap();
    let error = client
        .fetch(&server.url, &blob.id, &blob.expected, &store)
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Stalled { .. }), "{error}");
}

#[tokio::test]
async fn a_slow_drip_is_too_slow() {
    let blob = blob(100);
    let bytes = blob.bytes.clone();
    let server = liar(move |_, _| {
        let mut says = ok(bytes.len(), b"");
        for byte in bytes.iter().take(200) {
            says.push(Say::Wait(Duration::from_millis(50)));
            says.push(Say::Bytes(vec![*byte]));
        }
        says
    })
    .await;
    let error = deceived(&blob.expected, &blob, &server).await;
    assert!(
        matches!(error, FetchError::TooSlow { minimum: 1_000, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_flow_that_never_ends_meets_the_deadline() {
    let blob = blob(100);
    let bytes = blob.bytes.clone();
    let server = liar(move |_, _| {
        let mut says = ok(bytes.len(), b"");
        for byte in bytes.chunks(50) {
            says.push(Say::Wait(Duration::from_millis(40)));
            says.push(Say::Bytes(byte.to_vec()));
        }
        says
    })
    .await;
    let mut limits = limits();
    limits.total = Duration::from_millis(700);
    let (_directory, store) = store();
    let client = assay_blobs::HttpClient::new(limits, Reach::Any).unwrap();
    let error = client
        .fetch(&server.url, &blob.id, &blob.expected, &store)
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Deadline { .. }), "{error}");
}

#[tokio::test]
async fn no_redirect_leads_to_a_file() {
    let blob = blob(1);
    let server = liar(|_, _| redirect("file:///etc/passwd")).await;
    let (_directory, store) = store();
    let error = client(Reach::Any)
        .fetch(&server.url, &blob.id, &blob.expected, &store)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, FetchError::Scheme { scheme, .. } if scheme == "file"),
        "{error}"
    );
}

#[tokio::test]
async fn redirects_are_followed_a_few_times_only() {
    let blob = blob(100);
    let bytes = blob.bytes.clone();
    let server = liar(move |n, _| {
        if n == 0 {
            redirect("/elsewhere")
        } else {
            ok(bytes.len(), &bytes)
        }
    })
    .await;
    let (_directory, store) = store();
    client(Reach::Any)
        .fetch(&server.url, &blob.id, &blob.expected, &store)
        .await
        .unwrap();
    let circle = liar(|_, _| redirect("/again")).await;
    let error = deceived(&blob.expected, &blob, &circle).await;
    assert!(
        matches!(error, FetchError::Redirects { limit: 2, .. }),
        "{error}"
    );
    assert_eq!(circle.connections(), 3);
}

#[tokio::test]
async fn private_addresses_are_out_of_reach() {
    let blob = blob(1);
    let (_directory, store) = store();
    let server = liar(|_, _| ok(0, b"")).await;
    let port = server.address.port();
    let hosts = [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "2130706433",
    ];
    for host in hosts {
        let url = format!("http://{host}:{port}");
        let error = client(Reach::Public)
            .fetch(&url, &blob.id, &blob.expected, &store)
            .await
            .unwrap_err();
        assert!(
            matches!(error, FetchError::PrivateAddress { .. }),
            "{host}: {error}"
        );
    }
    assert_eq!(server.connections(), 0, "no connection was made");
}

#[tokio::test]
async fn other_schemes_are_not_fetched() {
    let blob = blob(1);
    let (_directory, store) = store();
    for url in [
        "file:///tmp",
        "ftp://example.org",
        "gopher://example.org",
        "unix:///run/x",
    ] {
        let error = client(Reach::Any)
            .fetch(url, &blob.id, &blob.expected, &store)
            .await
            .unwrap_err();
        assert!(matches!(error, FetchError::Scheme { .. }), "{url}: {error}");
    }
    let error = client(Reach::Any)
        .fetch("nonsense", &blob.id, &blob.expected, &store)
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::Url { .. }), "{error}");
}

#[tokio::test]
async fn compressed_answers_are_not_unpacked() {
    let blob = blob(100);
    let server = liar(|_, _| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n";
        vec![Say::Bytes(
            [&head[..], &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0]].concat(),
        )]
    })
    .await;
    let error = deceived(&blob.expected, &blob, &server).await;
    assert!(
        matches!(
            error,
            FetchError::Fault {
                fault: Fault::Truncated { found: 8, .. },
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_broken_connection_goes_on_where_it_stopped() {
    let blob = blob(400);
    let bytes = blob.bytes.clone();
    let server = liar(move |n, head| match n {
        0 => ok(bytes.len(), &bytes[..30_000]),
        _ => {
            let range = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
            let from: usize = range.unwrap().trim_end_matches('-').parse().unwrap();
            assert!(from > 0 && from <= 30_000, "{from}");
            let length = bytes.len();
            let head = format!(
                "HTTP/1.1 206 Partial\r\ncontent-range: bytes {from}-{}/{length}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                length - 1,
                length - from
            );
            vec![Say::Bytes([head.as_bytes(), &bytes[from..]].concat())]
        }
    })
    .await;
    let (_directory, store) = store();
    client(Reach::Any)
        .fetch(&server.url, &blob.id, &blob.expected, &store)
        .await
        .unwrap();
    assert_eq!(server.connections(), 2);
    assert_eq!(
        store.read(&blob.id, &blob.expected).await.unwrap(),
        blob.bytes
    );
}

#[tokio::test]
async fn a_server_that_cannot_go_on_begins_anew() {
    let blob = blob(400);
    let bytes = blob.bytes.clone();
    let server = liar(move |n, _| {
        if n == 0 {
            ok(bytes.len(), &bytes[..30_000])
        } else {
            ok(bytes.len(), &bytes)
        }
    })
    .await;
    let (directory, store) = store();
    client(Reach::Any)
        .fetch(&server.url, &blob.id, &blob.expected, &store)
        .await
        .unwrap();
    assert_eq!(files(&directory), 1);
}

#[tokio::test]
async fn the_next_location_is_tried_and_all_failures_are_named() {
    let blob = blob(100);
    let bytes = blob.bytes.clone();
    let missing = liar(|_, _| {
        vec![Say::Bytes(
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(),
        )]
    })
    .await;
    let honest = liar(move |_, _| ok(bytes.len(), &bytes)).await;
    let (_directory, store) = store();
    let fetcher = Fetcher {
        store: store.clone(),
        http: client(Reach::Any),
    };
    let locations = [missing.url.clone(), "file:///x".to_owned()];
    let error = fetcher
        .fetch(&blob.id, &blob.expected, &locations)
        .await
        .unwrap_err();
    let FetchError::Everywhere { failures, .. } = &error else {
        panic!("{error}")
    };
    assert!(
        matches!(
            failures[..],
            [FetchError::NotFound { .. }, FetchError::Scheme { .. }]
        ),
        "{error}"
    );
    fetcher
        .fetch(
            &blob.id,
            &blob.expected,
            &[missing.url.clone(), honest.url.clone()],
        )
        .await
        .unwrap();
    fetcher.fetch(&blob.id, &blob.expected, &[]).await.unwrap();
    let other = common::blob(3);
    let error = fetcher
        .fetch(&other.id, &other.expected, &[])
        .await
        .unwrap_err();
    assert!(matches!(error, FetchError::NoLocation { .. }), "{error}");
}

#[tokio::test]
async fn a_damaged_copy_is_fetched_again() {
    let blob = blob(100);
    let bytes = blob.bytes.clone();
    let server = liar(move |_, _| ok(bytes.len(), &bytes)).await;
    let (directory, store) = store();
    let fetcher = Fetcher {
        store,
        http: client(Reach::Any),
    };
    let locations = [server.url.clone()];
    fetcher
        .fetch(&blob.id, &blob.expected, &locations)
        .await
        .unwrap();
    std::fs::write(directory.path().join(blob.id.path()), b"rot").unwrap();
    assert_eq!(
        fetcher
            .read(&blob.id, &blob.expected, &locations)
            .await
            .unwrap(),
        blob.bytes
    );
    assert_eq!(server.connections(), 2);
}

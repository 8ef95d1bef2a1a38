"""The built client's files: their types, policy and caching, and that nothing else is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cencomm.server.web_client import WebClient

PAGE = b"<!doctype html><title>CENcomm</title>"
SCRIPT = b"export {};"


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(PAGE)
    (folder / "assets" / "index-a1.js").write_bytes(SCRIPT)
    (folder / "manifest.webmanifest").write_bytes(b"{}")
    (tmp_path / "secret.txt").write_bytes(b"not of the build")
    return folder


@pytest.fixture
def browser(build: Path) -> TestClient:
    return TestClient(WebClient(build))


def test_the_page_is_at_the_root(browser: TestClient) -> None:
    answer = browser.get("/")
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert browser.get("/index.html").content == PAGE


def test_the_policy_allows_nothing_inline_and_no_other_origin(browser: TestClient) -> None:
    policy = browser.get("/").headers["content-security-policy"]
    directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert directives["require-trusted-types-for"] == "'script'"
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    ("path", "media_type", "caching"),
    [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/assets/index-a1.js", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
    ],
)
def test_only_what_never_changes_is_kept_for_ever(
    browser: TestClient, path: str, media_type: str, caching: str
) -> None:
    headers = browser.get(path).headers
    assert (headers["content-type"], headers["cache-control"]) == (media_type, caching)


def test_what_is_the_same_is_not_sent_again(browser: TestClient) -> None:
    etag = browser.get("/").headers["etag"]
    again = browser.get("/", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"]
    assert browser.get("/", headers={"if-none-match": '"other"'}).content == PAGE


@pytest.mark.parametrize("path", ["/secret.txt", "/../secret.txt", "/%2e%2e/secret.txt", "/assets/", "/assets/none.js"])
def test_nothing_outside_the_build_is_read(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "server.no_such_page"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_files_are_only_read(browser: TestClient, method: str) -> None:
    assert browser.request(method, "/").status_code == 405


def test_a_client_that_was_not_built_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        WebClient(tmp_path)


LONG_SCRIPT = b"export const words = 'the same words again and again';\n" * 40


@pytest.fixture
def coded(build: Path) -> TestClient:
    (build / "assets" / "long-b2.js").write_bytes(LONG_SCRIPT)
    (build / "assets" / "long-b2.js.br").write_bytes(b"brotli")
    return TestClient(WebClient(build))


def _get(browser: TestClient, coding: str, **headers: str) -> tuple[int, str | None, str, int]:
    """Status, content coding, ETag and how many bytes crossed the line."""
    with browser.stream(
        "GET",
        "/assets/long-b2.js",
        headers={"accept-encoding": coding, **{k.replace("_", "-"): v for k, v in headers.items()}},
    ) as answer:
        size = sum(len(chunk) for chunk in answer.iter_raw())
        assert answer.headers["vary"] == "Accept-Encoding"
        return answer.status_code, answer.headers.get("content-encoding"), answer.headers["etag"], size


def test_a_file_goes_out_in_the_best_coding_that_the_browser_takes(coded: TestClient) -> None:
    assert _get(coded, "gzip, br")[1::2] == ("br", len(b"brotli"))
    assert _get(coded, "identity")[1::2] == (None, len(LONG_SCRIPT))
    status, coding, _, size = _get(coded, "gzip")
    assert (status, coding) == (200, "gzip")
    assert size < len(LONG_SCRIPT)
    assert coded.get("/assets/long-b2.js", headers={"accept-encoding": "gzip"}).content == LONG_SCRIPT


def test_each_coding_has_an_etag_of_its_own(coded: TestClient) -> None:
    tags = {coding: _get(coded, coding)[2] for coding in ("br", "gzip", "identity")}
    assert len(set(tags.values())) == 3
    for coding, etag in tags.items():
        assert _get(coded, coding, if_none_match=etag)[0] == 304
    assert _get(coded, "gzip", if_none_match=tags["br"])[0] == 200


def test_the_compressed_files_have_no_address_of_their_own(coded: TestClient) -> None:
    assert coded.get("/assets/long-b2.js.br").status_code == 404


def test_a_file_that_gains_nothing_is_sent_as_it_is(browser: TestClient) -> None:
    headers = browser.get("/assets/index-a1.js", headers={"accept-encoding": "gzip, br"}).headers
    assert "content-encoding" not in headers
    assert "vary" not in headers

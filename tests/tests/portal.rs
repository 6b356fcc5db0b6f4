//! What the portal's files may do in a browser, by their headers. `portal_in_browser.rs` tries what
//! they do.

use tests::{System, header};

#[test]
fn the_page_forbids_whatever_it_does_not_bring() {
    let system = System::start();
    for path in ["", "assets/portal.js", "any/other/path"] {
        let answer = system.get(path, &[]);
        assert_eq!(answer.status(), 200, "{path}");
        let policy = header(&answer, "content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"));
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    }
}

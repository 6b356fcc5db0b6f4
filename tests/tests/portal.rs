//! The headers that restrict what the portal's page may load and do. `portal_in_browser.rs` tests
//! the portal itself.

use tests::{System, header};

#[test]
fn the_page_forbids_everything_that_it_does_not_contain() {
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

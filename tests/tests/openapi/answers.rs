//! Provokes every answer that `docs/openapi.json` describes.

use serde_json::json;
use shared::{publication::content::ContentId, staff::throttle};
use tests::{
    System,
    browser::Browser,
    foreign_keys::{country, foreign_keys},
};
use ureq::http::Request;
use xtask::provider::DemoUser;

use super::description::Description;

/// A service whose answers must fit the document.
struct Service<'a> {
    description: &'a Description,
    system: &'a System,
}

pub fn provoke_all(description: &Description) {
    let (system, gateway) = System::start_with_gateway(&[]);
    let service = Service {
        description,
        system: &system,
    };
    service.nothing_published();
    let keys = foreign_keys(1, "DE", gateway.now());
    gateway.put_signed(country("DE"), "NL/signing", &keys);
    system.exchange();
    system.validated_phone(1);
    system.run_job("publish");
    service.content();
    service.phones();
    service.other_methods();
    service.employees();

    let system = System::start_with(&[("PHONE_API", "off")]);
    let off = Service {
        description,
        system: &system,
    };
    for path in PHONE_PATHS {
        off.ask("POST", path, &[], b"{}", 410);
    }
    let system = System::start_with(&[
        ("PHONE_API", "yes"),
        ("EFGS_COUNTRIES", "XX"),
        ("OIDC_ISSUER", ""),
    ]);
    let broken = Service {
        description,
        system: &system,
    };
    broken.unavailable();
}

const PHONE_PATHS: [&str; 3] = ["v2/register", "v1/postkeys?sig=", "v1/stopkeys?sig="];

const ANOTHER_ORIGIN: (&str, &str) = ("origin", "https://other.example");

const ANOTHER_TYPE: (&str, &str) = ("content-type", "text/plain");

static TOO_LARGE: [u8; 64 * 1024 + 1] = [b' '; 64 * 1024 + 1];

impl Service<'_> {
    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8], status: u16) {
        let request = Request::builder().method(method).uri(self.system.url(path));
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        let answer = self
            .system
            .agent()
            .run(request.body(body).unwrap())
            .unwrap();
        assert_eq!(
            answer.status(),
            status,
            "{method} {path}: {}",
            self.system.log()
        );
        self.description.check(method, path, answer);
    }

    fn download(&self, path: &str, headers: &[(&str, &str)], status: u16) {
        for method in ["GET", "HEAD"] {
            self.ask(method, path, headers, b"", status);
        }
    }

    fn nothing_published(&self) {
        self.download("index.txt", &[], 404);
        self.download("v6/manifest", &[], 404);
    }

    fn content(&self) {
        let manifest = pollster::block_on(self.system.service().manifest()).unwrap();
        let files = [
            ("exposurekeyset", manifest.exposure_key_sets[0]),
            ("appconfig", manifest.app_config),
            ("resourcebundle", manifest.resource_bundle),
            (
                "riskcalculationparameters",
                manifest.risk_calculation_parameters,
            ),
        ];
        let other = ContentId::of(b"another file");
        for (kind, id) in files {
            self.download(&format!("v6/{kind}/{other}"), &[], 404);
            self.download(&format!("v6/{kind}/1"), &[], 400);
            self.found(&format!("v6/{kind}/{id}"));
        }
        self.found("index.txt");
        self.found("v6/manifest");
        self.ask("GET", "v1/countries", &[], b"", 200);
    }

    fn found(&self, path: &str) {
        self.download(path, &[], 200);
        self.download(path, &[("if-none-match", "*")], 304);
    }

    fn phones(&self) {
        for path in PHONE_PATHS {
            self.ask("POST", path, &[], b"{}", 200);
            self.ask("POST", path, &[], &TOO_LARGE, 413);
        }
    }

    fn other_methods(&self) {
        for path in self.description.paths() {
            let id = ContentId::of(b"a file").to_string();
            let path = path.trim_start_matches('/').replace("{id}", &id);
            self.ask("PATCH", &path, &[], b"", 405);
        }
    }

    fn employees(&self) {
        let anyone = self.system.browser();
        let employee = self.system.browser();
        let callback = employee.sign_in(DemoUser::Employee);
        self.description.check("GET", "auth/callback", callback);
        let administrator = self.system.sign_in(DemoUser::Administrator);
        self.get(&anyone, "auth/callback", 303);
        self.get(&anyone, "auth/login", 303);

        self.get(&anyone, "api/session", 401);
        self.get(&employee, "api/session", 200);
        for path in ["api/sessions", "api/audit", "api/exchange"] {
            self.get(&anyone, path, 401);
            self.get(&employee, path, 403);
            self.get(&administrator, path, 200);
        }
        self.get(&administrator, "api/audit?before=first", 400);

        for (browser, path) in [
            (&employee, "api/validations"),
            (&administrator, "api/sign-out"),
        ] {
            self.post(&anyone, path, &[], b"{}", 401);
            self.post(browser, path, &[], b"{", 400);
            self.post(browser, path, &[], &TOO_LARGE, 413);
            self.post(browser, path, &[ANOTHER_TYPE], b"{}", 415);
            self.post(browser, path, &[ANOTHER_ORIGIN], b"{}", 403);
        }
        self.validations(&employee);
        let everywhere = json!({ "employee": "a.dewit" }).to_string();
        self.post(
            &administrator,
            "api/sign-out",
            &[],
            everywhere.as_bytes(),
            200,
        );

        self.post(&administrator, "auth/logout", &[ANOTHER_TYPE], b"{}", 415);
        self.post(&administrator, "auth/logout", &[ANOTHER_ORIGIN], b"{}", 403);
        self.post(&administrator, "auth/logout", &[], b"{}", 200);
    }

    fn validations(&self, employee: &Browser<'_>) {
        let code = self.system.code(&mut self.system.phone(2));
        let good = self.system.validation(code, true, 3);
        let validate = |name: &str, value: &str, status| {
            let mut body = good.clone();
            body[name] = json!(value);
            self.post(
                employee,
                "api/validations",
                &[],
                body.to_string().as_bytes(),
                status,
            );
        };
        validate("code", "L8T6LJQ", 400);
        validate("date", "2020-01-01", 400);
        validate("code", &code.to_string(), 200);
        for _ in 0..throttle::MAX_REFUSED {
            validate("code", "L8T6LJV", 422);
        }
        validate("code", "L8T6LJV", 429);
    }

    /// Some settings are wrong.
    fn unavailable(&self) {
        let anyone = self.system.browser();
        for path in PHONE_PATHS {
            self.ask("POST", path, &[], b"{}", 503);
        }
        for path in ["v1/countries", "auth/login", "auth/callback"] {
            self.get(&anyone, path, 503);
        }
        for path in ["api/validations", "api/sign-out", "auth/logout"] {
            self.post(&anyone, path, &[], b"{}", 503);
        }
    }

    fn get(&self, browser: &Browser<'_>, path: &str, status: u16) {
        let answer = browser.get(path);
        assert_eq!(answer.status(), status, "{path}: {}", self.system.log());
        self.description.check("GET", path, answer);
    }

    fn post(
        &self,
        browser: &Browser<'_>,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        status: u16,
    ) {
        let answer = browser.post_bytes(path, body, headers);
        assert_eq!(answer.status(), status, "{path}: {}", self.system.log());
        self.description.check("POST", path, answer);
    }
}
